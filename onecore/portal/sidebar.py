"""The sidebar as the menu table lists it: only pages that exist and that the person may open, with their counts."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from onecore.menu import MENU, Item
from onecore.portal.named import named


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups in the form the theme draws."""
    groups = [{"title": group.title, "items": _items(group.items, request)} for group in MENU]
    return [group for group in groups if group["items"]]


def address(screen: str, request: HttpRequest) -> str | None:
    """Where a screen is, or None if it does not exist or is not this person's to open."""
    label, _, model_name = screen.partition(".")
    if not model_name:
        return _reverse(screen)
    try:
        model = apps.get_model(label, model_name)
    except LookupError:
        return None
    page = admin.site._registry.get(model)
    if page is None or not page.has_view_or_change_permission(request):
        return None
    return _reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _items(items: tuple[Item, ...], request: HttpRequest) -> list[dict[str, Any]]:
    lines = []
    for item in items:
        link = address(item.screen, request)
        if link is None:
            continue
        line: dict[str, Any] = {"title": item.title, "icon": item.icon, "link": link}
        badge = _badge(item, request)
        if badge:
            # Text that cannot be mistaken for a dotted path, which the theme would try to import.
            line |= {"badge": badge, "badge_variant": "warning"}
        lines.append(line)
    return lines


def _badge(item: Item, request: HttpRequest) -> str:
    count = named(item.badge) if item.badge else None
    shown = count(request) if count and getattr(request, "tenant", None) else None
    return f"{shown:,}" if isinstance(shown, int) and shown else str(shown or "")


def _reverse(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
