"""Hook: an address we gave to a sender, with its secret's digest. Receipt: one delivery, stored as it came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from onecore.lib.scope import TenantOwned


class Hook(TenantOwned):
    """An address that one remote company posts to. Secrets are random, so a plain SHA-256 of them cannot be guessed back.

    Counters, not rows, tell of what was refused: a flood of forgeries must not fill the database.
    """

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="hooks")
    system = models.CharField(max_length=20, editable=False, help_text="The system that posts here.")
    opaque_id = models.CharField("address", max_length=64, unique=True, editable=False)
    secret_digest = models.CharField(max_length=64, editable=False)
    previous_digest = models.CharField(max_length=64, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False, help_text="Until then the secret before this one is accepted too.")
    active = models.BooleanField(default=True, help_text="Switched off, the address answers as if it had never existed.")
    created_at = models.DateTimeField(auto_now_add=True)
    refused = models.PositiveBigIntegerField("refused", default=0, editable=False, help_text="Deliveries with a wrong or missing secret.")
    malformed = models.PositiveBigIntegerField(default=0, editable=False, help_text="Deliveries with the right secret whose body could not be read.")
    last_refused_at = models.DateTimeField(null=True, blank=True, editable=False)
    refusal_audited_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.system} hook {self.opaque_id[:6]}…"

    @property
    def path(self) -> str:
        """The address without its host."""
        return f"/hooks/{self.system}/{self.opaque_id}/"


class ReceiptState(models.TextChoices):
    NEW = "new", "New"
    DONE = "done", "Done"
    IGNORED = "ignored", "Ignored"
    FAILED = "failed", "Failed"


class Receipt(TenantOwned):
    """One delivery. A hint that something changed, never the truth: the source is read again.

    `due_at` is when a worker may take it; taking moves it ahead, so a receipt whose worker died comes back by itself.
    """

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="receipts")
    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="+")
    event_id = models.CharField(max_length=100, help_text="The sender's own id of the event, or a digest of the body.")
    event_digest = models.CharField(max_length=64, editable=False)
    body = models.TextField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ReceiptState, default=ReceiptState.NEW)
    attempts = models.PositiveIntegerField(default=0, help_text="How often a worker took it, counted before it began.")
    due_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["hook", "event_digest"], name="webhooks_receipt_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="webhooks_receipt_due", condition=Q(state="new")),
            models.Index(fields=["tenant", "state", "-id"], name="webhooks_receipt_state"),
            models.Index(fields=["received_at"], name="webhooks_receipt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} ({self.get_state_display()})"
