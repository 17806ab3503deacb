"""What a Procore delivery hints at. It carries ids only and no signature, so nothing in it is believed: we read again.

Three generations of payload are understood (v2.0, v3.0, v4.0). Procore announces no requisitions; whatever
touches a commitment or its payments hints that the project's requisitions should be polled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.kit.http import BadBody
from connectors.kit.strictjson import read_json
from connectors.port.errors import Refused
from connectors.port.records import RecordKind
from connectors.port.source import Hint
from onecore.lib.clock import parse_moment
from onecore.lib.text import one_line

from .reading import ident, inner, rows_of

_REQUISITIONS = {"Requisitions", "Requisition", "Subcontractor Invoices"}
_CONTRACTS = {"Commitments", "Work Order Contracts", "Purchase Order Contracts", "Commitment Contracts"}
_AROUND = {
    "Work Order Contract Line Items",
    "Purchase Order Contract Line Items",
    "Commitment Contract Line Items",
    "Change Order Packages",
    "Change Order Requests",
    "Commitment Change Orders",
    "Contract Payments",
    "Billing Periods",
}
_RECORDS = {
    "Company Vendors": RecordKind.VENDOR,
    "Project Vendors": RecordKind.VENDOR,
    "Vendors": RecordKind.VENDOR,
    "Projects": RecordKind.PROJECT,
}
# Known, but nothing moves by them yet: Direct Costs, budgets, prime contracts. They are stored and counted.

COMPANY_TRIGGERS = {
    "Company Vendors": ("create", "update"),
    "Projects": ("create", "update"),
    "Standard Cost Codes": ("create", "update", "delete"),
    "Line Item Types": ("create", "update", "delete"),
}
PROJECT_TRIGGERS = {
    "Work Order Contracts": ("create", "update", "delete"),
    "Work Order Contract Line Items": ("create", "update", "delete"),
    "Purchase Order Contracts": ("create", "update", "delete"),
    "Purchase Order Contract Line Items": ("create", "update", "delete"),
    "Change Order Packages": ("create", "update", "delete"),
    "Contract Payments": ("create", "update", "delete"),
    "Cost Codes": ("create", "update", "delete"),
}
RESOURCES = (*COMPANY_TRIGGERS, *PROJECT_TRIGGERS)


@dataclass(frozen=True, slots=True)
class _Event:
    event_id: str
    resource: str
    resource_id: str
    project: str
    company: str
    happened_at: datetime | None
    deleted: bool
    ours: bool
    related: tuple[tuple[str, str], ...]


def hints(body: bytes, *, client_id: str = "") -> Sequence[Hint]:
    """The hints of one delivery. Raises Refused for a body that is none."""
    try:
        found = read_json(body)
    except BadBody as problem:
        raise Refused(f"This is not a Procore webhook delivery: {problem}.") from problem
    events = found if isinstance(found, list) else [found]
    if not events or not all(isinstance(event, dict) for event in events):
        raise Refused("This is not a Procore webhook delivery: it holds no event.")
    digest = hashlib.sha256(body).hexdigest()
    return [hint for event in events for hint in _hints_of(_event(event, client_id, digest))]


def _event(raw: Mapping[str, Any], client_id: str, digest: str) -> _Event:
    resource = _word(raw, "resource_name") or _word(raw, "resource_type")
    if not resource:
        raise Refused("This is not a Procore webhook delivery: it names no resource.")
    application = ident(inner(raw, "metadata").get("source_application_id"))
    return _Event(
        event_id=(_word(raw, "ulid") or ident(raw.get("id")) or digest)[:100],
        resource=resource,
        resource_id=ident(raw.get("resource_id")),
        project=ident(raw.get("project_id")),
        company=ident(raw.get("company_id")),
        happened_at=_moment(raw.get("timestamp")),
        deleted=(_word(raw, "event_type") or _word(raw, "reason")).lower() == "delete",
        ours=bool(client_id) and application == client_id,
        related=tuple((_word(other, "name"), ident(other.get("id"))) for other in rows_of(raw, "related_resources")),
    )


def _hints_of(event: _Event) -> Iterator[Hint]:
    if event.resource in _REQUISITIONS:
        yield _hint(event, RecordKind.REQUISITION, event.resource_id, deleted=event.deleted)
    elif event.resource in _CONTRACTS:
        yield _hint(event, RecordKind.COMMITMENT, event.resource_id, deleted=event.deleted)
        yield _hint(event, RecordKind.REQUISITION, "")
    elif event.resource in _AROUND:
        for name, other in event.related:
            if name in _CONTRACTS and other:
                yield _hint(event, RecordKind.COMMITMENT, other)
        yield _hint(event, RecordKind.REQUISITION, "")
    else:
        yield _hint(event, _RECORDS.get(event.resource), event.resource_id, deleted=event.deleted)


def _hint(event: _Event, record: RecordKind | None, source_id: str, *, deleted: bool = False) -> Hint:
    return Hint(
        event_id=event.event_id,
        resource=event.resource,
        record=record,
        source_id=source_id,
        project_ref=event.project,
        company_ref=event.company,
        happened_at=event.happened_at,
        deleted=deleted,
        ours=event.ours,
    )


def _word(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return one_line(value)[:100] if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    try:
        return parse_moment(value) if isinstance(value, str) else None
    except ValueError:
        return None
