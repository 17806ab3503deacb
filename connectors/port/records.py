"""What a source holds, in our own neutral words. Amounts are exact Decimals; ids are the source's own, as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class RecordKind(StrEnum):
    """The kinds of source record a flow can move."""

    REQUISITION = "requisition"
    COMMITMENT = "commitment"
    VENDOR = "vendor"
    PROJECT = "project"


class Standing(StrEnum):
    """Where a record stands in its source's own approval."""

    OPEN = "open"  # draft, under review: nothing to book yet
    PAYABLE = "payable"  # approved: to be booked
    WITHDRAWN = "withdrawn"  # rejected, void


@dataclass(frozen=True, slots=True)
class LineTax:
    """Tax on a line as the source states it. `rate` is a fraction: 0.1 is ten per cent."""

    code: str
    name: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class RequisitionLine:
    """One line of a subcontractor invoice, cumulative as the schedule of values keeps it.

    `line_ref` is the commitment (or change order) line it bills: what joins it to the previous requisition.
    `completed_and_stored_to_date`: work completed plus materials presently stored, gross, since the start.
    `retainage_held_to_date`: held on work and on stored materials together, after releases.
    """

    line_ref: str
    line_id: str
    cost_code_ref: str
    cost_code: str
    cost_type_ref: str
    cost_type: str
    description: str
    scheduled_value: Decimal
    completed_and_stored_to_date: Decimal
    retainage_held_to_date: Decimal
    taxes: tuple[LineTax, ...] = ()
    wbs_ref: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class SourceAttachment:
    """A file that hangs on a record. `url` is fetched through the source, never shown."""

    attachment_id: str
    filename: str
    content_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Requisition:
    """A subcontractor invoice (AU/NZ/UK: progress claim).

    `payable_net` is the source's own figure of what is due for this period, after retainage, tax left out; `tax_total` is
    the tax due beside it. Together they are what the source answers for. `extra["unreadable"]` names what could not be read. `previous_ref` is the
    requisition of the same commitment before this one, "" for the first. `number` counts within the commitment;
    `invoice_number` is the vendor's own.
    """

    source_id: str
    project_ref: str
    project_name: str
    commitment_ref: str
    commitment_number: str
    vendor_ref: str
    vendor_name: str
    number: int
    invoice_number: str
    previous_ref: str
    status: str
    standing: Standing
    currency: str
    billing_date: date | None
    period_start: date | None
    period_end: date | None
    payment_date: date | None
    payable_net: Decimal
    tax_total: Decimal
    lines: tuple[RequisitionLine, ...]
    updated_at: datetime
    url: str = ""
    invoice_type: str = "progress"
    attachments: tuple[SourceAttachment, ...] = ()
    notes: tuple[str, ...] = ()  # what translation had to clean or could not read, in words
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Commitment:
    """A subcontract or purchase order contract."""

    source_id: str
    kind: str  # "subcontract" or "purchase_order"
    number: str
    title: str
    status: str
    executed: bool
    project_ref: str
    vendor_ref: str
    vendor_name: str
    currency: str
    original_amount: Decimal
    approved_changes: Decimal
    revised_amount: Decimal
    retainage_percent: Decimal
    updated_at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that was asked for by id and is no longer there (deleted, or hidden from us)."""

    kind: RecordKind
    source_id: str


Record = Requisition | Commitment
"""What `Source.changes` and `Source.read` yield."""
