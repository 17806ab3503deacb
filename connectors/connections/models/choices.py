"""The choices of a Policy, each a sentence that says what it does. The first of each list is the default."""

from __future__ import annotations

from django.db.models import TextChoices


class ArriveAs(TextChoices):
    DRAFT = "draft", "As a draft: people look at it in the ledger before it counts."
    APPROVED = "approved", "Submitted: it goes straight into the ledger's books or its approval queue."


class ApprovalGate(TextChoices):
    NONE = "none", "No gate: documents are sent as soon as they are complete."
    EACH = "each", "Each document waits until a person releases it."
    ABOVE = "above", "Documents above an amount wait until a person releases them."


class Amend(TextChoices):
    WHILE_DRAFT = "while_draft_or_unapproved", "Changed while it is a draft or not approved there; afterwards it is held and you are asked."
    UNTIL_PAID = "until_paid", "Changed until it is paid; afterwards it is held and you are asked."
    NEVER = "never", "Never changed: every change is held and you are asked."


class SourceDeletion(TextChoices):
    HOLD = "hold", "Hold it and ask."
    VOID = "void", "Delete or reverse it in the ledger if nothing was paid; otherwise hold it and ask."
    IGNORE = "ignore", "Leave the ledger as it is."


class BillDate(TextChoices):
    BILLING_DATE = "billing_date", "The billing date of the source."
    PERIOD_END = "period_end", "The end of the billing period."
    APPROVED_DATE = "approved_date", "The day it was approved."


class DueDate(TextChoices):
    SOURCE = "source", "The due date of the source; without one, so many days after the bill date."
    DAYS_AFTER = "days_after", "Always so many days after the bill date."


class GlDate(TextChoices):
    BILL_DATE = "bill_date", "The bill date."
    APPROVAL_DATE = "approval_date", "The day it was approved."
    PERIOD_END = "period_end", "The end of the billing period."


class ClosedPeriod(TextChoices):
    HOLD = "hold", "Hold it and ask."
    FIRST_OPEN = "first_open", "Use the first open day; this is shown and audited."


class Number(TextChoices):
    VENDOR_THEN_SOURCE = "vendor_then_source", "The vendor's invoice number; without one, the commitment's number and the invoice's."
    PREFIX = "prefix", "A prefix, the commitment's number and the invoice's."


class Lines(TextChoices):
    ONE_FOR_ONE = "one_for_one", "One line for each line of the source."
    CONSOLIDATED = "consolidated", "Lines with the same coding are added up."


class Retainage(TextChoices):
    OWN_LINE = "own_line", "On its own line and account: cost lines stay gross."
    NET = "net", "Net: each cost line is booked less what is retained on it."
