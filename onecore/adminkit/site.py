"""The admin site: people come in through the portal's sign-in, and a membership, not a staff flag, opens it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.sites import UnfoldAdminSite


class Site(UnfoldAdminSite):
    """Unfold's site behind our own door."""

    def has_permission(self, request: HttpRequest) -> bool:
        """A member of the current tenant may enter, and so may support before it has chosen one."""
        user = request.user
        return bool(user.is_active and (user.is_superuser or user.has_perm("onecore.view")))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The admin's own login page is off: strangers go to the sign-in, signed-in people without a tenant hear why."""
        target = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
            target = resolve_url("admin:index")
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: target})}")
        if self.has_permission(request):
            return HttpResponseRedirect(target)
        raise PermissionDenied("You are signed in, but belong to no tenant yet. Ask the owner of your tenant to add you under People.")
