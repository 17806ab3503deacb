"""How an Integration decides: every choice is a sentence, the default first. The engine reads it; people change it on one page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.timezone import now

from onecore.lib.scope import TenantOwned

from . import choices
from .integration import Integration


class Policy(TenantOwned):
    """The choices of one Integration. `changed_at` tells the engine which holds to look at again."""

    ArriveAs = choices.ArriveAs
    ApprovalGate = choices.ApprovalGate
    Amend = choices.Amend
    SourceDeletion = choices.SourceDeletion
    BillDate = choices.BillDate
    DueDate = choices.DueDate
    GlDate = choices.GlDate
    ClosedPeriod = choices.ClosedPeriod
    Number = choices.Number
    Lines = choices.Lines
    Retainage = choices.Retainage

    integration = models.OneToOneField(Integration, on_delete=models.CASCADE, related_name="policy")
    arrive_as = models.CharField(
        max_length=16, choices=ArriveAs.choices, default=ArriveAs.DRAFT, help_text="How a document stands in the ledger when it arrives."
    )
    approval_gate = models.CharField(
        max_length=16,
        choices=ApprovalGate.choices,
        default=ApprovalGate.NONE,
        help_text="Whether a person releases documents here before they are sent.",
    )
    gate_amount = models.DecimalField(
        max_digits=18,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text="With a gate by amount: documents above this total, in their own currency, wait for a release.",
    )
    amend = models.CharField(
        max_length=32,
        choices=Amend.choices,
        default=Amend.WHILE_DRAFT,
        help_text="Whether a document already in the ledger is changed when the source changes.",
    )
    source_deletion = models.CharField(
        max_length=16,
        choices=SourceDeletion.choices,
        default=SourceDeletion.HOLD,
        help_text="What happens when the source deletes a posted document, or takes its approval back.",
    )
    bill_date = models.CharField(max_length=16, choices=BillDate.choices, default=BillDate.BILLING_DATE, help_text="Which date a bill carries.")
    due_date = models.CharField(max_length=16, choices=DueDate.choices, default=DueDate.SOURCE, help_text="When a bill is due.")
    due_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MaxValueValidator(365)],
        help_text="Days after the bill date; also used where the source gives no due date.",
    )
    gl_date = models.CharField(
        "GL date",
        max_length=16,
        choices=GlDate.choices,
        default=GlDate.BILL_DATE,
        help_text="The posting date, in ledgers that keep one beside the bill date.",
    )
    closed_period = models.CharField(
        max_length=16,
        choices=ClosedPeriod.choices,
        default=ClosedPeriod.HOLD,
        help_text="What happens when the posting date falls in a closed period.",
    )
    number = models.CharField(
        max_length=24, choices=Number.choices, default=Number.VENDOR_THEN_SOURCE, help_text="Which number a bill carries in the ledger."
    )
    number_prefix = models.CharField(max_length=8, blank=True, help_text="With prefix + number: what stands before the source's number.")
    lines = models.CharField(
        max_length=16, choices=Lines.choices, default=Lines.ONE_FOR_ONE, help_text="Whether the lines of the source are kept or added up."
    )
    retainage = models.CharField(max_length=16, choices=Retainage.choices, default=Retainage.OWN_LINE, help_text="How retained amounts are booked.")
    retainage_account = models.ForeignKey(
        "mappings.Reference",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The ledger's account for retainage payable. Needed for retainage on its own line.",
    )
    default_account = models.ForeignKey(
        "mappings.Reference",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Where a line goes that no mapping covers. Empty: such a line holds its document.",
    )
    default_location = models.CharField(max_length=60, blank=True, help_text="The ledger's location id for lines and projects that have none.")
    default_department = models.CharField(max_length=60, blank=True, help_text="The ledger's department id for lines that have none.")
    batch_size = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(500)], help_text="At most so many documents go in one request."
    )
    changed_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"policy of {self.integration}"

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.approval_gate == self.ApprovalGate.ABOVE and not self.gate_amount:
            errors["gate_amount"] = "Give the amount above which a person releases documents."
        if self.number == self.Number.PREFIX and not self.number_prefix:
            errors["number_prefix"] = "Give the prefix."
        for name in ("retainage_account", "default_account"):
            account = getattr(self, name)
            if account is None:
                continue
            if account.connection_id != self.integration.ledger_id or account.kind != "account":
                errors[name] = f"Choose an account of {self.integration.ledger}."
            elif not account.active or not account.selectable:
                errors[name] = f"{account} cannot be booked on: {account.why_not or 'it is inactive in the ledger'}."
        if errors:
            raise ValidationError(errors)
