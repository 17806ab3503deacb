"""The lines of a requisition in our words: what each bills, its codes, and where it stands to date. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from connectors.port.records import LineTax, RequisitionLine

from .reading import Reader, ident, inner, rows_of

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


def lines_of(raw: Row, lists: Lists, project: str, read: Reader) -> tuple[RequisitionLine, ...]:
    """Every line, in the order of the contract; what had to be cleaned is noted in `read`."""
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
