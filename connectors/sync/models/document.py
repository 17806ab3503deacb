"""A Document is our row for one source record in one Integration; its versions are kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from connectors.sync.states import DocumentState
from onecore.lib.scope import TenantOwned


class Document(TenantOwned):
    """One source record in one flow: current version, digest, where it stands.

    `amount` is the source's own figure of what is payable, in `currency`. `record` is the neutral record of the current
    version (connectors.port.records) as JSON.
    """

    flow = models.ForeignKey("sync.Flow", on_delete=models.CASCADE, related_name="documents")
    source_id = models.CharField(max_length=100)
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64)
    record = models.JSONField()
    state = models.CharField(max_length=10, choices=DocumentState.choices, default=DocumentState.PENDING)
    title = models.CharField(max_length=250)
    number = models.CharField(max_length=200, blank=True)
    project_ref = models.CharField(max_length=100, blank=True)
    commitment_ref = models.CharField(max_length=100, blank=True)
    sequence = models.IntegerField(default=0, help_text="Its place within the commitment.")
    previous_ref = models.CharField(max_length=100, blank=True)
    vendor_ref = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    document_date = models.DateField(null=True, blank=True)
    source_updated_at = models.DateTimeField()
    source_url = models.CharField(max_length=500, blank=True)
    payable_since = models.DateTimeField(null=True, blank=True, help_text="When we first saw it approved.")
    skip_reason = models.CharField(max_length=300, blank=True)
    skipped_by = models.CharField(max_length=150, blank=True, help_text="Who left this version out; empty where OneCore found nothing to book.")
    gl_date_moved_to = models.DateField(null=True, blank=True, help_text="The first open day, where its own GL date lies in a closed period.")
    released_digest = models.CharField(max_length=64, blank=True, help_text="The version a person released.")
    settled_digest = models.CharField(max_length=64, blank=True, help_text="The version a person declared put right in the ledger by hand.")
    released_by = models.CharField(max_length=150, blank=True)
    mapping_version = models.PositiveBigIntegerField(default=0, help_text="The last mapping change its draft knew of.")
    ledger_ref = models.CharField(max_length=100, blank=True)
    ledger_number = models.CharField(max_length=200, blank=True)
    ledger_url = models.CharField(max_length=500, blank=True)
    ledger_kind = models.CharField(max_length=20, blank=True)
    posted_digest = models.CharField(max_length=64, blank=True, help_text="The version the ledger holds.")
    posted_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When the source no longer had it.")
    checked_at = models.DateTimeField(help_text="When the source last told us of it.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["flow", "source_id"], name="one_document_a_source_record")]
        indexes = [
            models.Index(fields=["flow", "state"]),
            models.Index(fields=["flow", "commitment_ref", "sequence"]),
            models.Index(fields=["flow", "previous_ref"]),
            models.Index(fields=["flow", "-updated_at"]),
            models.Index(fields=["state"], condition=Q(state="pending"), name="documents_to_prepare"),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(TenantOwned):
    """What the source said at one time; the current one too."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    record = models.JSONField()
    seen_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="one_row_a_version")]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"
