"""Two tables: Entry, which only ever grows, and Head, which says where each tenant's chain ends."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from onecore.lib.scope import TenantOwned

PORTAL_CHAIN = 0
"""The chain of what belongs to no tenant: sign-ins of strangers, verifications."""


class AppendOnly(RuntimeError):
    """Somebody tried to change or delete an entry through the ORM."""


class Entry(TenantOwned):
    """One line of the audit trail. Written by `audit.record` only; the database refuses to change or delete it.

    Ids of rows above are kept as plain numbers: the trail outlives what it tells about. `request` and `response` are
    redacted before they come here.
    """

    tenant = models.ForeignKey(  # type: ignore[assignment]  # the portal's own chain belongs to nobody
        "tenants.Tenant", on_delete=models.PROTECT, null=True, related_name="+", editable=False, db_index=False
    )
    sequence = models.PositiveBigIntegerField("number", help_text="Counts within the tenant, without gaps.")
    event = models.CharField(max_length=60, help_text="What kind of thing happened.")
    sentence = models.TextField("what happened")
    actor = models.CharField("who", max_length=200)
    subject = models.CharField("about", max_length=300, blank=True)
    subject_id = models.CharField(max_length=100, blank=True)
    integration_id = models.BigIntegerField("integration", null=True, blank=True)
    document_id = models.BigIntegerField("document", null=True, blank=True)
    data = models.JSONField("facts", default=dict, blank=True)
    request = models.TextField("request sent", blank=True)
    response = models.TextField("answer received", blank=True)
    at = models.DateTimeField("when", help_text="UTC.")
    key_id = models.CharField(max_length=8, help_text="Which audit key signed the entry.")
    previous_mac = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64)

    class Meta(TenantOwned.Meta):
        ordering = ["-sequence"]
        verbose_name = "entry"
        verbose_name_plural = "audit trail"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sequence"], name="audit_entry_place"),
            models.UniqueConstraint(fields=["sequence"], condition=Q(tenant=None), name="audit_entry_portal_place"),
        ]
        indexes = [
            models.Index(fields=["tenant", "event", "-sequence"], name="audit_entry_event"),
            models.Index(fields=["tenant", "at"], name="audit_entry_at"),
            models.Index(fields=["document_id"], name="audit_entry_document", condition=Q(document_id__isnull=False)),
            models.Index(fields=["integration_id", "-sequence"], name="audit_entry_integration", condition=Q(integration_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.sentence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise AppendOnly("Entries are written by audit.record.record only; they are never saved one by one.")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("The audit trail is append-only: an entry cannot be deleted.")


class Head(models.Model):
    """Where one chain ends. Carries a mac of its own, so that cutting the tail and moving the head back is seen."""

    chain = models.BigIntegerField(primary_key=True, help_text="The tenant's id; 0 for the portal's own chain.")
    sequence = models.PositiveBigIntegerField(default=0)
    last_mac = models.CharField(max_length=64, blank=True)
    key_id = models.CharField(max_length=8, blank=True)
    mac = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"chain {self.chain} ends at {self.sequence}"


class PortalEntry(Entry):
    """The portal's own chain, as a page of its own."""

    class Meta(Entry.Meta):
        proxy = True
        verbose_name = "entry of the portal"
        verbose_name_plural = "portal's own trail"
        constraints: ClassVar[list[models.BaseConstraint]] = []
        indexes: ClassVar[list[models.Index]] = []
