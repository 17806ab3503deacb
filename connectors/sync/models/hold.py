"""A Hold is why a Document is stopped: a sentence a bookkeeper understands, the money waiting, a link to the fix."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from onecore.lib.scope import TenantOwned


class Hold(TenantOwned):
    """One open Hold a Document. `fix_url` leads to the very field; `about` says what must change for it to replay."""

    document = models.ForeignKey("sync.Document", on_delete=models.CASCADE, related_name="holds")
    posting = models.ForeignKey("sync.Posting", on_delete=models.SET_NULL, null=True, blank=True, related_name="holds")
    reason = models.CharField(max_length=40, db_index=True)
    sentence = models.TextField()
    fix = models.TextField(blank=True, help_text="What to do, in words.")
    fix_url = models.CharField(max_length=500, blank=True)
    about = models.CharField(max_length=200, blank=True, db_index=True, help_text="What it waits for, e.g. mapping:vendor:77120 or policy.")
    details = models.JSONField(default=dict, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=300, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["document"], condition=Q(resolved_at__isnull=True), name="one_open_hold_a_document")]
        indexes = [models.Index(fields=["tenant", "reason"], condition=Q(resolved_at__isnull=True), name="open_holds_by_reason")]
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return self.sentence
