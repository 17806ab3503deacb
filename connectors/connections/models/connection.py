"""A tenant's authorised link to one remote company. It holds nothing secret: that is the Credential's."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from connectors import catalog
from connectors.port.connector import Connector, Role, SignIn
from onecore.lib.scope import TenantOwned


class Connection(TenantOwned):
    """One remote company file: a Procore company, an Intacct company or entity."""

    class Status(models.TextChoices):
        NEW = "new", "Not tested yet"
        OK = "ok", "Working"
        SIGN_IN = "sign_in", "Sign in again"
        UNREACHABLE = "unreachable", "Not reachable"
        PAUSED = "paused", "Paused"

    system = models.CharField(max_length=32, help_text="Which outside system this is.")
    name = models.CharField(max_length=120, help_text="What people here call it, for example “Procore, Acme Builders”.")
    signs_in_with = models.CharField(
        "way to sign in",
        max_length=32,
        blank=True,
        choices=[
            (SignIn.CLIENT_CREDENTIALS.value, "Service account"),
            (SignIn.AUTHORIZATION_CODE.value, "A person signs in"),
            (SignIn.SESSION.value, "User and password"),
        ],
        help_text="Left empty: the first way the system offers.",
    )
    config = models.JSONField(default=dict, blank=True, help_text="What was entered to connect, without any secret.")
    organisation = models.CharField(max_length=255, blank=True, help_text="The remote company's own name, as it told us.")
    organisation_id = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.NEW)
    status_sentence = models.TextField(blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField("last answered", null=True, blank=True)
    last_used_at = models.DateTimeField("last used", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "name"], name="connection_name_once", violation_error_message="Another connection has this name."
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def declaration(self) -> Connector:
        """What its system declares. Raises KeyError for a system this release does not know."""
        return catalog.connector(self.system)

    @property
    def role(self) -> Role:
        return self.declaration.role

    @property
    def system_label(self) -> str:
        return self.declaration.label if self.system in catalog.CONNECTORS else self.system

    @property
    def sign_in_kind(self) -> SignIn:
        """The way this connection signs in."""
        return SignIn(self.signs_in_with) if self.signs_in_with else self.declaration.signs_in_with[0]

    def is_paused(self, now: datetime) -> bool:
        """True while the remote (or a person) asked for silence."""
        return self.status == self.Status.PAUSED or (self.paused_until is not None and self.paused_until > now)

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.system not in catalog.CONNECTORS:
            errors["system"] = f"There is no system {self.system!r}. Known: {', '.join(catalog.CONNECTORS)}."
        elif self.signs_in_with and SignIn(self.signs_in_with) not in self.declaration.signs_in_with:
            ways = ", ".join(way.value for way in self.declaration.signs_in_with)
            errors["signs_in_with"] = f"{self.declaration.label} does not offer this way. It offers: {ways}."
        if errors:
            raise ValidationError(errors)
