"""Procore's lists in our words: vendors, projects, cost codes, cost types, tax codes, commitments. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectors.port.records import Commitment
from connectors.port.refs import Kind, Reference
from onecore.lib.text import one_line

from .reading import Reader, ident, inner

Row = Mapping[str, Any]
HEADER = "It is a division header: cost is coded to the codes below it."
_VENDOR_FACTS = {
    "email": "email_address",
    "phone": "business_phone",
    "street": "address",
    "city": "city",
    "state": "state_code",
    "postcode": "zip",
    "country": "country_code",
    "website": "website",
    "legal_name": "legal_name",
    "trade_name": "trade_name",
    "abbreviated_name": "abbreviated_name",
    "license_number": "license_number",
    "origin_id": "origin_id",
    "origin_code": "origin_code",
    "updated_at": "updated_at",
}
_PROJECT_FACTS = (
    "display_name",
    "time_zone",
    "accounting_project_number",
    "city",
    "state_code",
    "country_code",
    "start_date",
    "completion_date",
    "origin_id",
    "origin_code",
    "standard_cost_code_list_id",
)


def vendor(raw: Row, *, active: bool | None = None) -> Reference:
    """A company of the directory. `active` where the list itself says so."""
    register = inner(raw, "business_register")
    facts = _facts(raw, _VENDOR_FACTS) | {
        "tax_id": _clean(register, "identifier"),
        "tax_id_type": _clean(register, "type").lower(),
        "parent": ident(inner(raw, "parent").get("id")),
    }
    return Reference(
        kind=Kind.VENDOR,
        remote_id=ident(raw.get("id")),
        code=_clean(raw, "origin_code"),
        name=_clean(raw, "name") or _clean(raw, "company"),
        active=raw.get("is_active") is not False if active is None else active,
        attributes={name: value for name, value in facts.items() if value},
    )


def project(raw: Row) -> Reference:
    """A project, active or not."""
    facts = {name: _clean(raw, name) for name in _PROJECT_FACTS} | {"stage": _clean(inner(raw, "project_stage"), "name")}
    return Reference(
        kind=Kind.PROJECT,
        remote_id=ident(raw.get("id")),
        code=_clean(raw, "project_number"),
        name=_clean(raw, "name") or _clean(raw, "display_name"),
        active=raw.get("active") is not False,
        attributes={name: value for name, value in facts.items() if value},
    )


def cost_codes(kind: Kind, raws: Iterable[Row], *, parent: str) -> Iterator[Reference]:
    """The cost codes of one list (standard) or one project. A code that has codes below it is a header."""
    rows = {ident(raw.get("id")): raw for raw in raws}
    headers = {above for raw in rows.values() if (above := _above(raw))}
    for remote_id, raw in rows.items():
        facts = {
            "standard_cost_code_id": ident(raw.get("standard_cost_code_id")),
            "parent_id": _above(raw),
            "short_code": _clean(raw, "code"),
            "sub_job_id": ident(raw.get("biller_id")) if raw.get("biller_type") == "SubJob" else "",
            "origin_id": _clean(raw, "origin_id"),
        }
        yield Reference(
            kind=kind,
            remote_id=remote_id,
            code=full_code(raw, rows),
            name=_clean(raw, "name"),
            active=not raw.get("deleted_at"),
            selectable=remote_id not in headers,
            why_not=HEADER if remote_id in headers else "",
            parent=parent,
            attributes={name: value for name, value in facts.items() if value},
        )


def full_code(raw: Row, rows: Mapping[str, Row]) -> str:
    """The code with its parents' (`03-300`), from Procore if it says so."""
    told = _clean(raw, "full_code")
    if told:
        return told
    parts = [_clean(raw, "code")]
    above, seen = _above(raw), {ident(raw.get("id"))}
    while above in rows and above not in seen:
        seen.add(above)
        parts.insert(0, _clean(rows[above], "code"))
        above = _above(rows[above])
    return "-".join(part for part in parts if part)


def cost_type(raw: Row) -> Reference:
    """A cost type (Procore: line item type)."""
    facts = {"base_type": _clean(raw, "base_type"), "origin_id": _clean(raw, "origin_id")}
    return Reference(
        kind=Kind.COST_TYPE,
        remote_id=ident(raw.get("id")),
        code=_clean(raw, "code"),
        name=_clean(raw, "name"),
        attributes={name: value for name, value in facts.items() if value},
    )


def tax_code(raw: Row) -> Reference:
    """A tax code; `rate_percent` as text, so that it stays exact."""
    rate = Reader().amount(raw, "rate1")
    return Reference(
        kind=Kind.TAX_CODE,
        remote_id=ident(raw.get("id")),
        code=_clean(raw, "code"),
        name=_clean(raw, "description"),
        active=raw.get("archived") is not True,
        attributes={"rate_percent": format(rate, "f")},
    )


def commitment(found: Commitment) -> Reference:
    """A commitment as something to point at."""
    facts = {"type": found.kind, "status": found.status, "vendor_ref": found.vendor_ref, "currency": found.currency}
    return Reference(
        kind=Kind.COMMITMENT,
        remote_id=found.source_id,
        code=found.number,
        name=found.title,
        active=found.status not in {"Void", "Terminated", "Closed"},
        parent=found.project_ref,
        attributes=facts,
    )


def _above(raw: Row) -> str:
    return ident(inner(raw, "parent").get("id")) or ident(raw.get("parent_id"))


def _facts(raw: Row, names: Mapping[str, str]) -> dict[str, str]:
    return {ours: _clean(raw, theirs) for ours, theirs in names.items()}


def _clean(raw: Row, name: str) -> str:
    value = raw.get(name)
    return "" if value is None or isinstance(value, dict | list | bool) else one_line(str(value))
