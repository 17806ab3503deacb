"""Pages of one connection: credentials, test, disconnect, and the way to the remote's consent page and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.actor import actor_of
from connectors.port.errors import ConnectorError
from onecore.adminkit.actions import confirm_then
from onecore.lib.clock import utcnow
from onecore.lib.scope import has_tenant
from onecore.tenants.signals import access_denied

from . import consent, health
from .configure import configure
from .disconnect import disconnect
from .forms import CredentialsForm
from .models import Connection
from .opening import declaration

View = Callable[..., HttpResponse]


def _administers(view: View) -> View:
    """For people who set up connections of the current tenant; a connection of another tenant is not there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, pk: int | None = None, **kwargs: Any) -> HttpResponse:
        connection = get_object_or_404(Connection.objects if has_tenant() else Connection.everywhere.none(), pk=pk) if pk is not None else None
        if not request.user.has_perm("onecore.administer"):
            access_denied.send(sender=Connection, user=request.user, tenant_id=_tenant_id(request), what="set up a connection")
            raise PermissionDenied("Only people who administer this tenant set up connections.")
        return view(request, connection, *args, **kwargs) if connection else view(request, *args, **kwargs)

    return guarded


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@_administers
def credentials(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Enter what it takes to connect."""
    form = CredentialsForm(request.POST or None, connection=connection)
    if request.method == "POST" and form.is_valid():
        for note in configure(connection, form.cleaned_data, actor=actor_of(request.user)):
            messages.info(request, note)
        messages.success(request, "The credentials are stored. Test the connection now.")
        return HttpResponseRedirect(page_of(connection))
    context = {
        "title": f"Credentials of {connection}",
        "connection": connection,
        "form": form,
        "back": page_of(connection),
        "return_address": _return_address(request),
    }
    return TemplateResponse(
        request, "connections/credentials.html", {**admin.site.each_context(request), **context, "can_consent": can_consent(connection)}
    )


@require_POST
@_administers
def test(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ask the remote who it is."""
    verdict = health.try_out(connection, actor=actor_of(request.user))
    messages.add_message(request, messages.SUCCESS if verdict.ok else messages.ERROR, verdict.sentence)
    return HttpResponseRedirect(page_of(connection))


@require_http_methods(["GET", "POST"])
@_administers
def take_apart(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Disconnect, after a confirmation."""

    def act(rows: Any) -> int:
        messages.info(request, disconnect(rows.get(), actor=actor_of(request.user)))
        return 1

    return confirm_then(
        request,
        Connection.objects.filter(pk=connection.pk),
        act=act,
        done="Nothing is sent or read over it any more.",
        title=f"Disconnect {connection}?",
        sentence="Its sign-in is taken back at the remote and its secrets are wiped here. Mappings, documents and the audit trail stay.",
        button="Disconnect",
        danger=True,
        back=page_of(connection),
    )


@require_POST
@_administers
def sign_in(request: HttpRequest, connection: Connection) -> HttpResponse:
    """To the remote's consent page."""
    try:
        address = consent.begin(connection, user=request.user, redirect_uri=_return_address(request), now=utcnow())
    except ConnectorError as problem:
        messages.error(request, problem.message)
        return HttpResponseRedirect(page_of(connection))
    return HttpResponseRedirect(address)


@never_cache
@sensitive_post_parameters()
@require_GET
@_administers
def come_back(request: HttpRequest) -> HttpResponse:
    """From the remote's consent page. Nobody else can use this address: the state is this person's, and is used once."""
    said = {name: request.GET.get(name, "")[:4000] for name in ("state", "code", "error")}
    try:
        connection = consent.finish(user=request.user, tenant_id=_tenant_id(request), now=utcnow(), **said)
    except ConnectorError as problem:
        messages.error(request, problem.message)
        return HttpResponseRedirect(reverse("admin:connections_connection_changelist"))
    verdict = health.try_out(connection, actor=actor_of(request.user))
    messages.add_message(request, messages.SUCCESS if verdict.ok else messages.ERROR, verdict.sentence)
    return HttpResponseRedirect(page_of(connection))


def page_of(connection: Connection) -> str:
    """The connection's own page."""
    return reverse("admin:connections_connection_change", args=[connection.pk])


def can_consent(connection: Connection) -> bool:
    """True where a person can sign in at the remote's own page."""
    return bool(declaration(connection).authorize)


def _tenant_id(request: HttpRequest) -> int | None:
    tenant = getattr(request, "tenant", None)
    return tenant.pk if tenant else None


def _return_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("connections:return"))
