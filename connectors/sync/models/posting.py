"""A Posting is one outbox row; a Batch one stored request that carries several; an Attempt one try, counted at its start."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from connectors.sync.states import OPEN, PostingState
from onecore.lib.scope import TenantOwned


class Posting(TenantOwned):
    """A Draft, an operation and an idempotency key that is stored before anything is sent.

    `fence` grows with every claim: only the holder of the current fence may write this row. `sent_at` is the start of the
    last try in which bytes could have left; `look_until` the end of the window in which a lost write may still appear.
    """

    document = models.ForeignKey("sync.Document", on_delete=models.CASCADE, related_name="postings")
    flow = models.ForeignKey("sync.Flow", on_delete=models.CASCADE, related_name="postings")
    connection = models.ForeignKey("connections.Connection", on_delete=models.PROTECT, related_name="+")
    operation = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="Digest of the document version the draft was made from.")
    key = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=20, db_index=True, help_text="Names the Document in the ledger; the same for all versions.")
    draft = models.JSONField()
    rules = models.JSONField(default=list, blank=True, help_text="Which rule decided each line, and the formula with its numbers.")
    state = models.CharField(max_length=10, choices=PostingState.choices)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    not_before = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    rounds = models.PositiveIntegerField(default=0, help_text="How often it was resent after an uncertain outcome.")
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    looked_s = models.FloatField(default=0, help_text="Seconds of the look-up window used up while the ledger could be asked.")
    looked_at = models.DateTimeField(null=True, blank=True)
    ledger_ref = models.CharField(max_length=100, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["document"], condition=Q(state__in=sorted(OPEN)), name="one_open_posting_a_document"),
        ]
        indexes = [
            models.Index(fields=["connection", "state", "not_before"]),
            models.Index(fields=["state", "lease_until"], condition=Q(state="sending"), name="leases_to_sweep"),
            models.Index(fields=["flow", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.operation} {self.token}"


class PostingWait(TenantOwned):
    """This Posting waits until that Document is posted."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="waits")
    on = models.ForeignKey("sync.Document", on_delete=models.CASCADE, related_name="awaited_by")

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["posting", "on"], name="one_wait_a_pair")]

    def __str__(self) -> str:
        return f"waits for {self.on}"


class Batch(TenantOwned):
    """One stored request: committed before it is sent, resent byte for byte, never recomposed."""

    connection = models.ForeignKey("connections.Connection", on_delete=models.PROTECT, related_name="+")
    control = models.CharField(max_length=64, unique=True)
    body = models.BinaryField()
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    sent = models.PositiveIntegerField(default=0, help_text="How often it was sent.")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return self.control


class BatchMember(TenantOwned):
    """A Posting's place in a Batch."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="members")
    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="memberships")
    place = models.PositiveIntegerField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["batch", "posting"], name="once_in_a_batch")]

    def __str__(self) -> str:
        return f"{self.place} of {self.batch_id}"


class Attempt(TenantOwned):
    """One try at one Posting, committed before the call; the result is filled in afterwards."""

    class Act(models.TextChoices):
        SEND = "send", "Sent"
        LOOK = "look", "Looked"

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="tries")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, blank=True, related_name="tries")
    act = models.CharField(max_length=5, choices=Act.choices)
    number = models.PositiveIntegerField()
    fence = models.PositiveBigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(
        max_length=20, blank=True, help_text="posted, refused, uncertain, try later, found, absent ... empty while under way or lost."
    )
    sentence = models.TextField(blank=True)
    request_id = models.CharField(max_length=200, blank=True, help_text="The remote's own id of the call.")

    class Meta(TenantOwned.Meta):
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.started_at:%Y-%m-%d %H:%M:%S} {self.result}"
