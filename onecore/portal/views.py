"""Pages of the frame itself: choose a tenant, say that we live, say what went wrong."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect, HttpResponseServerError
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from onecore.tenants.choose import enter_tenant, tenants_to_choose
from onecore.tenants.middleware import WITHOUT_SESSION
from onecore.tenants.roles import Role, roles_of

log = logging.getLogger("onecore.errors")


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Plain ok for load balancers; touches nothing."""
    return HttpResponse("ok", content_type="text/plain")


@login_required
@require_http_methods(["GET", "POST"])
def choose_tenant(request: HttpRequest) -> HttpResponse:
    """List the tenants a person may enter; a POST enters one."""
    if request.method == "POST":
        enter_tenant(request, request.POST.get("tenant"))
        return HttpResponseRedirect(_back(request))
    roles = roles_of(request.user)
    search = request.GET.get("q", "").strip()
    found = tenants_to_choose(request.user).filter(name__icontains=search)
    shown = found[:200]
    lines = [(tenant, Role(roles[tenant.pk]).label if tenant.pk in roles else "Support") for tenant in shown]
    return render(request, "portal/choose_tenant.html", {"lines": lines, "search": search, "title": "Choose a tenant"})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same page whatever was asked for, so that it tells nothing."""
    if request.path_info.startswith(WITHOUT_SESSION):
        return HttpResponseNotFound("Not found\n", content_type="text/plain")
    return _error_page(request, _words(404), status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = _words(403)
    if exception.args and isinstance(exception.args[0], str):
        words["sentence"] = exception.args[0]
    return _error_page(request, words, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """No traceback, no query, no frame: the number here is in the log beside the traceback."""
    number = uuid.uuid4().hex[:10]
    log.error("error %s while answering %s %s", number, request.method, request.path, exc_info=True)
    return HttpResponseServerError(render_to_string("portal/failed.html", {"number": number}))


def _error_page(request: HttpRequest, words: dict[str, Any], *, status: int) -> HttpResponse:
    return render(request, "portal/error.html", {**admin.site.each_context(request), **words}, status=status)


def _words(status: int) -> dict[str, Any]:
    if status == 404:
        return {
            "title": "Not found",
            "sentence": "There is no such page here. It may have been removed, or it belongs to another tenant.",
            "icon": "search_off",
        }
    return {
        "title": "Not allowed",
        "sentence": "Your role in this tenant does not allow this. Its owner can change your role under People.",
        "icon": "lock",
    }


def _back(request: HttpRequest) -> str:
    """Home: a page of the tenant just left would not exist in the new one. Other pages only inside this site."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if target and safe else resolve_url("admin:index")
