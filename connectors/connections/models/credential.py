"""What a Connection signs in with, sealed. Only `vault` and `tokens` read or write these columns."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from onecore.lib.scope import TenantOwned

from .connection import Connection


class Credential(TenantOwned):
    """Secrets and the current token of one Connection.

    `generation` moves with every new token. The lease says who asks for a new one, and since when; a lease that ran
    out with its owner still on it is a lost answer, remembered in `lost_at`.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="credential")
    secrets = models.JSONField(default=dict, editable=False)  # name -> sealed text
    token = models.TextField(blank=True, editable=False)  # sealed JSON of a port Token
    generation = models.PositiveIntegerField(default=0, editable=False)
    token_since = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)
    lease_owner = models.CharField(max_length=64, blank=True, editable=False)
    lease_since = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    redirect_uri = models.CharField(max_length=500, blank=True, editable=False)  # of the consent; some remotes ask for it at each renewal
    lost_at = models.DateTimeField(null=True, editable=False)
    fruitless = models.PositiveSmallIntegerField(default=0, editable=False)  # renewals in a row whose token was refused at once
    set_at = models.DateTimeField("secrets set", null=True, editable=False)

    def __str__(self) -> str:
        return f"credentials of connection {self.connection_id}"


class SignInAttempt(TenantOwned):
    """A person sent away to consent: single use, bound to who asked and for which Connection, ten minutes."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state_digest = models.CharField(max_length=64, unique=True)
    verifier = models.TextField(editable=False)  # sealed
    redirect_uri = models.CharField(max_length=500)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in to connection {self.connection_id}"
