"""Whose data: the current tenant, and a manager that refuses to answer without one.

`with tenant_scope(tenant):` sets it; `Model.objects` then sees that tenant's rows only and raises without it.
`Model.everywhere` crosses tenants: for the engine's own sweeps and migrations, never for a screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self

from django.db import models

_current: ContextVar[int | None] = ContextVar("onecore_tenant", default=None)


class NoTenant(RuntimeError):
    """A tenant's rows were asked for while no tenant was current."""


def current_tenant_id() -> int:
    """The id of the current tenant. Raises NoTenant."""
    tenant_id = _current.get()
    if tenant_id is None:
        raise NoTenant("No tenant is current. Wrap the work in tenant_scope(tenant), or ask Model.everywhere if it truly crosses tenants.")
    return tenant_id


def has_tenant() -> bool:
    """True while a tenant is current."""
    return _current.get() is not None


@contextmanager
def tenant_scope(tenant: Any) -> Iterator[None]:
    """Make `tenant` (a Tenant or its id; None for nobody) current for the block."""
    token = _current.set(getattr(tenant, "pk", tenant))
    try:
        yield
    finally:
        _current.reset(token)


class TenantQuerySet(models.QuerySet[Any]):
    """A queryset of one tenant's rows."""

    def of_current_tenant(self) -> Self:
        return self.filter(tenant_id=current_tenant_id())


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Rows of the current tenant; raises NoTenant without one. New rows get the tenant by themselves."""

    use_in_migrations = False

    def get_queryset(self) -> Any:
        return super().get_queryset().of_current_tenant()


class TenantOwned(models.Model):
    """Abstract: a row that belongs to a tenant."""

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+", editable=False)

    objects: ClassVar[Any] = TenantManager()
    everywhere: ClassVar[Any] = models.Manager()

    class Meta:
        abstract = True
        # Related look-ups and instance refreshes follow keys that were already scoped.
        base_manager_name = "everywhere"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.tenant_id is None:
            self.tenant_id = current_tenant_id()
        super().save(*args, **kwargs)
