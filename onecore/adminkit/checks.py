"""Checks at the start: no page of a tenant's rows may be built without the scoped base class."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.checks import CheckMessage, Error, Tags, register

from onecore.adminkit.tenant_admin import TenantAdmin
from onecore.lib.scope import TenantOwned


@register(Tags.admin)
def tenant_pages_are_scoped(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """adminkit.E001 for every admin page of a tenant-owned model that does not inherit TenantAdmin."""
    return [
        Error(
            f"The admin of {model._meta.label} does not inherit TenantAdmin: it could show one tenant's rows to another.",
            hint="Derive it from onecore.adminkit.tenant_admin.TenantAdmin.",
            obj=model_admin.__class__,
            id="adminkit.E001",
        )
        for model, model_admin in admin.site._registry.items()
        if issubclass(model, TenantOwned) and not isinstance(model_admin, TenantAdmin)
    ]
