"""Procore's requisitions and contracts in our words. Pure: no clock, no network; the same data gives the same record.

An unknown status is open, an unknown field is ignored, an unreadable one is noted: one odd record never stops a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from connectors.port.records import Commitment, LineTax, Requisition, RequisitionLine, SourceAttachment, Standing
from onecore.lib.money import plain

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


@dataclass(slots=True)
class Lists:
    """What a requisition only points at: names and codes of the company's lists, as far as they were read."""

    currency: str = ""
    web: str = "https://app.procore.com"
    company_id: str = ""
    projects: dict[str, str] = field(default_factory=dict)  # id -> name
    cost_types: dict[str, tuple[str, str]] = field(default_factory=dict)  # folded code -> (id, code)
    cost_codes: dict[str, dict[str, str]] = field(default_factory=dict)  # project -> id -> full code


def needs_cost_codes(raw: Row) -> bool:
    """True if a line cannot be told without the project's cost code list: it names its code only by id, or only by text."""
    return any(not ident(item.get("cost_code_id")) or not _flat_code(item) for item in rows_of(raw, "items"))


def requisition(raw: Row, lists: Lists) -> Requisition:
    """A v1.1 requisition with items."""
    read = Reader()
    summary = inner(raw, "summary") or inner(raw, "g702")
    project, commitment = ident(raw.get("project_id")), ident(raw.get("commitment_id"))
    tax = read.amount(summary, "tax_applicable_to_this_payment")
    due = read.amount(summary, "current_payment_due", default=None)
    status = read.text(raw, "status")
    lines = _lines(raw, lists, project, read)
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


def line_ref(item: Row) -> str:
    """What a line bills: stable from one requisition of a commitment to the next, unlike the line's own id."""
    kind = str(item.get("item_type") or "contract_item")
    package = ident(item.get("change_order_package_id"))
    if kind == "contract_detail_item":
        parts = [ident(item.get("detail_line_item_id")) or ident(item.get("line_item_id"))]
    elif package:
        parts = [package, ident(item.get("line_item_id")) or ident(item.get("commitment_line_item_id"))]
    else:
        parts = [ident(item.get("line_item_id")) or ident(item.get("commitment_line_item_id"))]
    parts = [part for part in parts if part]
    return ":".join([kind, *parts]) if parts else f"{kind}:own:{ident(item.get('id'))}"


def _lines(raw: Row, lists: Lists, project: str, read: Reader) -> tuple[RequisitionLine, ...]:
    lines = [_line(item, lists, project, index, read) for index, item in enumerate(rows_of(raw, "items"), start=1)]
    twice = {ref for ref, count in Counter(line.line_ref for line in lines).items() if count > 1}
    if twice:
        read.note("Procore lists the same contract line twice on this requisition.")
        lines = [replace(line, line_ref=f"{line.line_ref}:{line.line_id}") if line.line_ref in twice else line for line in lines]
    return tuple(sorted(lines, key=lambda line: (line.position, line.line_ref)))


def _line(item: Row, lists: Lists, project: str, index: int, read: Reader) -> RequisitionLine:
    before, now = "work_completed_from_previous_application", "work_completed_this_period"
    done = read.amount(item, before) + read.amount(item, now) + read.amount(item, "materials_presently_stored")
    if item.get("status") == "rejected":
        read.note(f"Line {index} was rejected by the reviewer; its amounts are taken as Procore counts them.")
    code_ref, code, name = _cost_code(item, lists, project)
    type_ref, type_code = _cost_type(item, lists)
    return RequisitionLine(
        line_ref=line_ref(item),
        line_id=ident(item.get("id")),
        cost_code_ref=code_ref,
        cost_code=code,
        cost_type_ref=type_ref,
        cost_type=type_code,
        description=read.text(item, "description_of_work") or read.text(inner(item, "wbs_code"), "description") or name,
        scheduled_value=read.amount(item, "scheduled_value"),
        completed_and_stored_to_date=read.amount(item, "total_completed_and_stored_to_date", default=done),
        retainage_held_to_date=_retainage_held(item, read),
        taxes=tuple(
            LineTax(ident(tax.get("tax_code_id")), read.text(tax, "tax_code_name"), read.amount(tax, "tax_code_rate"))
            for tax in rows_of(item, "taxes")
        ),
        wbs_ref=ident(inner(item, "wbs_code").get("id")),
        position=item["position"] if isinstance(item.get("position"), int) else index,
    )


def _retainage_held(item: Row, read: Reader) -> Decimal:
    """Held on work and on stored materials together, after this period's releases."""
    work = (
        read.amount(item, "work_completed_retainage_from_previous_application")
        + read.amount(item, "work_completed_retainage_retained_this_period")
        - read.amount(item, "work_completed_retainage_released_this_period")
    )
    stored = read.amount(item, "materials_stored_retainage_currently_retained") - read.amount(item, "materials_stored_retainage_released_this_period")
    return work + stored


def _cost_code(item: Row, lists: Lists, project: str) -> tuple[str, str, str]:
    """Id, full code and name of the line's cost code."""
    segment = _segment(item, "cost_code")
    codes = lists.cost_codes.get(project, {})
    ref = ident(item.get("cost_code_id"))
    path = segment.get("path_codes")
    code = "-".join(str(part) for part in path) if isinstance(path, list) and path else _without_type(item, lists)
    if not ref and code:
        ref = next((found for found, full in codes.items() if full == code), "")
    return ref, codes.get(ref) or code, str(segment.get("name") or "")


def _cost_type(item: Row, lists: Lists) -> tuple[str, str]:
    """Id and code of the line's cost type; the budget code names it by code only."""
    given = inner(item, "line_item_type")
    code = str(_segment(item, "line_item_type").get("code") or given.get("code") or _type_of_flat_code(item, lists))
    known = lists.cost_types.get(code.casefold())
    return known or (ident(given.get("id")) or ident(item.get("line_item_type_id")), code)


def _segment(item: Row, kind: str) -> Row:
    for segment in rows_of(inner(item, "wbs_code"), "segment_items"):
        if (segment.get("segment_type") or inner(segment, "segment").get("type")) == kind:
            return segment
    return {}


def _flat_code(item: Row) -> str:
    return str(inner(item, "wbs_code").get("flat_code") or "").strip()


def _type_of_flat_code(item: Row, lists: Lists) -> str:
    """`SUB` of `03-100.SUB`: the last part, if the company has such a cost type (or its list was not read)."""
    rest, dot, last = _flat_code(item).rpartition(".")
    return last if dot and rest and (not lists.cost_types or last.casefold() in lists.cost_types) else ""


def _without_type(item: Row, lists: Lists) -> str:
    flat, kind = _flat_code(item), _type_of_flat_code(item, lists)
    return flat[: -len(kind) - 1] if kind else flat


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
