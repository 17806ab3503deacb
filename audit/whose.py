"""Whose trail a command is about."""

from __future__ import annotations

from typing import Any

from onecore.tenants.models import Tenant


class NoSuchTenant(LookupError):
    """The text names no tenant; the message lists those there are."""


def tenant_named(text: str) -> Any:
    """A tenant by its short name or its name. Raises NoSuchTenant."""
    for names in ({"slug": text}, {"name__iexact": text}):
        found = Tenant.objects.filter(**names).first()
        if found is not None:
            return found
    known = ", ".join(Tenant.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
    raise NoSuchTenant(f"There is no tenant {text!r}. Known tenants: {known}.")
