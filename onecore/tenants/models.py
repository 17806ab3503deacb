"""Tenant: a customer organisation that owns everything below it. Membership: a person's role in one tenant."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from onecore.lib.scope import TenantOwned
from onecore.tenants.roles import Role


def known_time_zone(name: str) -> None:
    """Refuse a time zone this machine does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name!r} is no time zone. Give one like America/New_York or Australia/Sydney.")


class Words(models.TextChoices):
    US = "us", "US and Canada: subcontract, requisition, retainage"
    UK = "uk", "UK, Australia, New Zealand: commitment, progress claim, retention"


class Environment(models.TextChoices):
    PRODUCTION = "production", "Production"
    TEST = "test", "Test"


class Tenant(models.Model):
    """A customer organisation."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True, help_text="Short name in addresses and on the command line; lower case, no blanks.")
    time_zone = models.CharField(max_length=60, default="UTC", validators=[known_time_zone], help_text="Times on screens are shown in this zone.")
    words = models.CharField(max_length=2, choices=Words.choices, default=Words.US, help_text="Which construction dictionary screens use.")
    environment = models.CharField(
        max_length=12, choices=Environment.choices, default=Environment.PRODUCTION, help_text="A test tenant shows a banner on every page."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(TenantOwned):
    """A person's role in one tenant."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering: ClassVar[Any] = ["user__username"]
        constraints: ClassVar[Any] = [models.UniqueConstraint(fields=["tenant", "user"], name="one_role_a_person_and_tenant")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"
