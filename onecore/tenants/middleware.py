"""Make the tenant of this request current: the one chosen in the session, else the person's first."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from onecore.lib.scope import tenant_scope
from onecore.tenants.choose import chosen_tenant

# Machines knock here: no session is read, so no cookie is set and no query is spent.
WITHOUT_SESSION = ("/hooks/", "/healthz")


class CurrentTenantMiddleware:
    """Sets `request.tenant` (or None) and the tenant scope for the whole request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith((*WITHOUT_SESSION, settings.STATIC_URL)):
            request.tenant = None  # type: ignore[attr-defined]
            return self.get_response(request)
        tenant = chosen_tenant(request)
        request.tenant = tenant  # type: ignore[attr-defined]
        with tenant_scope(tenant):
            return self.get_response(request)
