"""What every page's frame shows: the tenant, the choice of tenants, the environment banner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from onecore.tenants.choose import tenants_to_choose

LISTED = 12
"""The switcher in the header lists this many tenants; more are chosen on a page of their own."""

SIDEBAR = {"navigation": "portal/navigation.html"}
"""The theme draws this in place of its own sidebar."""

OWN_CONTEXT = ("/admin/", "/hooks/", "/api/")
"""Pages under these bring the admin's context themselves, or draw no frame."""


@dataclass(frozen=True, slots=True)
class Banner:
    """A loud line across the top of every page outside production."""

    title: str
    text: str


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: tenant, switcher, banner; outside the admin also what the admin's own pages get."""
    tenant = getattr(request, "tenant", None)
    context: dict[str, Any] = {"tenant": tenant, "banner": banner(tenant), "switcher": None, "templates": SIDEBAR}
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        choices = _choices(request)
        context["switcher"] = {"choices": choices[:LISTED], "more": len(choices) > LISTED}
    if not request.path_info.startswith(OWN_CONTEXT):
        context = {**admin.site.each_context(request), **context}
    return context


def _choices(request: HttpRequest) -> list[Any]:
    """Asked once a request: the theme draws every filter and panel as a template of its own, each with this context."""
    choices: list[Any] | None = getattr(request, "_frame_choices", None)
    if choices is None:
        choices = list(tenants_to_choose(request.user)[: LISTED + 1])
        request._frame_choices = choices  # type: ignore[attr-defined]
    return choices


def banner(tenant: Any) -> Banner | None:
    """None in production; otherwise what this place is."""
    if not settings.PRODUCTION:
        name = settings.ENVIRONMENT.replace("_", " ").capitalize()
        return Banner(title=name, text="Not production: nothing here reaches a real ledger unless a connection says so.")
    if tenant is not None and tenant.environment != "production":
        return Banner(title="Test tenant", text=f"{tenant.name} is marked as a test tenant.")
    return None


def title_prefix(request: HttpRequest) -> str:
    """Shown before the title in the browser's tab."""
    return "" if settings.PRODUCTION else f"[{settings.ENVIRONMENT}]"


def stylesheet(request: HttpRequest) -> str:
    return static("onecore/frame.css")


def password_link(request: HttpRequest) -> str:
    return reverse("account_change_password")


def mfa_link(request: HttpRequest) -> str:
    return reverse("mfa_index")
