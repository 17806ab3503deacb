"""Procore's requisitions and contracts in our words. Pure: no clock, no network; the same data gives the same record.

An unknown status is open, an unknown field is ignored, an unreadable one is noted: one odd record never stops a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.port.records import Commitment, Requisition, SourceAttachment, Standing
from onecore.lib.money import plain

from .lines import Lists, lines_of
from .reading import Reader, currency_of, ident, inner, rows_of

PAYABLE = frozenset({"approved", "approved_as_noted"})
_OPEN = frozenset({"draft", "under_review", "revise_and_resubmit", "pending_owner_approval"})
_SUBCONTRACTS = {"WorkOrderContract", "work_order_contract", "work_order_contracts"}
_PROOF_FIELDS = (
    "original_contract_sum",
    "contract_sum_to_date",
    "total_completed_and_stored_to_date",
    "total_retainage",
    "total_earned_less_retainage",
    "less_previous_certificates_for_payment",
    "current_payment_due",
    "tax_applicable_to_this_payment",
)
Row = Mapping[str, Any]


def requisition(raw: Row, lists: Lists) -> Requisition:
    """A v1.1 requisition with items."""
    read = Reader()
    summary = inner(raw, "summary") or inner(raw, "g702")
    project, commitment = ident(raw.get("project_id")), ident(raw.get("commitment_id"))
    tax = read.amount(summary, "tax_applicable_to_this_payment")
    due = read.amount(summary, "current_payment_due", default=None)
    status = read.text(raw, "status")
    lines = lines_of(raw, lists, project, read)
    contract = read.text(raw, "contract_name")
    extra = _extra(raw, summary, contract, read)
    source_id = ident(raw.get("id"))
    return Requisition(
        source_id=source_id,
        project_ref=project,
        project_name=lists.projects.get(project) or read.text(inner(raw, "summary_text"), "project_name"),
        commitment_ref=commitment,
        commitment_number=contract.partition(": ")[0] or commitment,
        vendor_ref=ident(raw.get("vendor_id")),
        vendor_name=read.text(raw, "vendor_name"),
        number=_sequence(raw, read),
        invoice_number=read.text(raw, "invoice_number"),
        previous_ref=ident(raw.get("previous_requisition_id")),
        status=status,
        standing=_standing(status, read),
        currency=currency_of(raw, lists.currency),
        billing_date=read.day(raw, "billing_date"),
        period_start=read.day(raw, "requisition_start"),
        period_end=read.day(raw, "requisition_end"),
        payment_date=read.day(raw, "payment_date"),
        payable_net=due - tax,
        tax_total=tax,
        lines=lines,
        updated_at=read.moment(raw, "updated_at", "created_at"),
        url=f"{lists.web}/{project}/project/commitments/{_contract_path(raw)}/{commitment}/requisitions/{source_id}",
        invoice_type=read.text(raw, "invoice_type") or "progress",
        attachments=_attachments(raw, read),
        notes=tuple(read.notes),
        extra=extra | {"unreadable": sorted(set(read.unreadable))},
    )


def commitment(raw: Row, lists: Lists, *, kind: str = "", project: str = "") -> Commitment:
    """A v1 work order or purchase order contract, or a v2 commitment contract. `kind` and `project` where the data is silent."""
    read = Reader()
    project = ident(inner(raw, "project").get("id")) or ident(raw.get("project_id")) or project
    vendor = inner(raw, "vendor")
    original, changes = read.amount(raw, "grand_total"), read.amount(raw, "approved_change_orders")
    kind = _contract_kind(read.text(raw, "type")) or kind or "subcontract"
    source_id = ident(raw.get("id"))
    path = "work_order_contracts" if kind == "subcontract" else "purchase_order_contracts"
    return Commitment(
        source_id=source_id,
        kind=kind,
        number=read.text(raw, "number"),
        title=read.text(raw, "title"),
        status=read.text(raw, "status"),
        executed=raw.get("executed") is True,
        project_ref=project,
        vendor_ref=ident(vendor.get("id")) or ident(raw.get("vendor_id")),
        vendor_name=read.text(vendor, "company") or read.text(vendor, "name"),
        currency=currency_of(raw, lists.currency),
        original_amount=original,
        approved_changes=changes,
        revised_amount=read.amount(raw, "revised_contract", default=original + changes),
        retainage_percent=read.amount(raw, "retainage_percent"),
        updated_at=read.moment(raw, "updated_at", "created_at"),
        url=f"{lists.web}/{project}/project/commitments/{path}/{source_id}",
    )


def payable_amount(raw: Row, lists: Lists) -> tuple[str, Decimal] | None:
    """Currency and what Procore says is due, for a payable requisition; None for others."""
    read = Reader()
    if read.text(raw, "status") not in PAYABLE:
        return None
    summary = inner(raw, "summary") or inner(raw, "g702")
    return currency_of(raw, lists.currency), read.amount(summary, "current_payment_due", default=None)


def _standing(status: str, read: Reader) -> Standing:
    if status in PAYABLE:
        return Standing.PAYABLE
    if status not in _OPEN:
        read.note(f"Procore's status {status!r} is not known here; the requisition is taken as not yet approved.")
    return Standing.OPEN


def _sequence(raw: Row, read: Reader) -> int:
    text = read.text(raw, "number")
    if text.isascii() and text.isdigit():
        return int(text[:9])
    read.note(f"number cannot be read: {text[:60]!r}.")
    return 0


def _contract_kind(word: str) -> str:
    if not word:
        return ""
    return "subcontract" if word in _SUBCONTRACTS else "purchase_order"


def _contract_path(raw: Row) -> str:
    return "purchase_order_contracts" if raw.get("commitment_type") == "PurchaseOrderContract" else "work_order_contracts"


def _attachments(raw: Row, read: Reader) -> tuple[SourceAttachment, ...]:
    found = rows_of(raw, "attachments")
    return tuple(
        SourceAttachment(ident(file.get("id")), read.text(file, "filename"), read.text(file, "content_type"), read.text(file, "url"))
        for file in found
    )


def _extra(raw: Row, summary: Row, contract: str, read: Reader) -> dict[str, Any]:
    """What proofs and screens use beside the record. Amounts as plain text."""
    figures = {name: plain(read.amount(summary, name)) for name in _PROOF_FIELDS if summary.get(name) not in (None, "")}
    return {
        "contract_name": contract,
        "contract_invoicing_method": read.text(raw, "contract_invoicing_method"),
        "commitment_type": read.text(raw, "commitment_type"),
        "erp_status": read.text(raw, "erp_status"),
        "origin_id": read.text(raw, "origin_id"),
        "final": raw.get("final") is True,
        "summary": figures,
    }
