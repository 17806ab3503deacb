"""One source Connection joined to one ledger Connection."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction

from connectors.port.connector import Role
from onecore.lib.command import Exit, Stop
from onecore.lib.scope import TenantOwned

from .connection import Connection


class NoSuchIntegration(Stop):
    """No Integration, or more than one, goes by that name."""


class Integration(TenantOwned):
    """What flows from `source` to `ledger`, from `start_date` on, under its Policy."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, help_text="Short name for commands and files.")
    source = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="integrations_from", help_text="Where documents come from.")
    ledger = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="integrations_to", help_text="Where they are booked.")
    start_date = models.DateField(help_text="Documents dated before this day are ignored, and counted.")
    active = models.BooleanField(default=True, help_text="Switched off, nothing is read and nothing is booked.")
    live = models.BooleanField(default=False, help_text="The tenant works with it: onboarding is finished and signed off.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "slug"], name="integration_slug_once", violation_error_message="Another integration has this short name."
            ),
            models.UniqueConstraint(
                fields=["tenant", "name"], name="integration_name_once", violation_error_message="Another integration has this name."
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An Integration never stands without its Policy: a new one starts with the defaults."""
        policies = apps.get_model("connections", "Policy").everywhere
        with transaction.atomic():
            is_new = self._state.adding
            super().save(*args, **kwargs)
            if is_new:
                policies.get_or_create(integration=self, defaults={"tenant_id": self.tenant_id})

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        for side, role in (("source", Role.SOURCE), ("ledger", Role.LEDGER)):
            connection = getattr(self, side, None) if getattr(self, f"{side}_id") else None
            if connection is None:
                continue
            if connection.role is not role:
                errors[side] = f"{connection} is a {connection.role.value}, but a {role.value} is needed here."
            elif self.tenant_id is not None and connection.tenant_id != self.tenant_id:
                errors[side] = "Choose one of this tenant's connections."
        if errors:
            raise ValidationError(errors)

    @classmethod
    def find(cls, text: str) -> Self:
        """The one Integration called `text`: its slug, its name, or `tenant/slug`, in all tenants. Raises NoSuchIntegration."""
        everyone = cls.everywhere.select_related("tenant", "source", "ledger", "policy")
        tenant, slash, slug = text.partition("/")
        found = list(everyone.filter(tenant__slug=tenant, slug=slug)[:2]) if slash else []
        found = found or list(everyone.filter(models.Q(slug=text) | models.Q(name=text)).order_by("tenant__slug", "slug")[:20])
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"{one.tenant.slug}/{one.slug}" for one in found)
            raise NoSuchIntegration(Exit.WRONG_USE, f"More than one integration is called {text!r}. Say which: {names}.")
        known = [f"{one.tenant.slug}/{one.slug}" for one in everyone.order_by("tenant__slug", "slug")[:20]]
        advice = f"Known: {', '.join(known)}." if known else "None exists yet: make one with `manage.py provision FILE` or in the portal."
        raise NoSuchIntegration(Exit.WRONG_USE, f"No integration is called {text!r}. {advice}")
