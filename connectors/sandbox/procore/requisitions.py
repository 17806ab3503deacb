"""Subcontractor invoices: lists, one with its items, its billable lines; the API may write origin ids and little else."""

from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.clock import iso, parse_iso
from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.procore.claim_text import claim_body, item_body
from connectors.sandbox.procore.commitment_text import all_lines
from connectors.sandbox.procore.listing import filters, in_range, integers, moments, paged
from connectors.sandbox.state import Body, Where
from connectors.sandbox.world.claims import PAYABLE, REVIEW_STATUSES, keep_requisition

FILTERS = ["id", "commitment_id", "period_id", "status", "created_at", "updated_at", "origin_id", "is_last"]
STATUSES = frozenset({*PAYABLE, *REVIEW_STATUSES})
VIEWS = ("default", "extended", "items", "action_policy", "header_only")
ORIGIN_FIELDS = frozenset({"origin_id", "origin_data"})
OPEN_FIELDS = frozenset({"status", "invoice_number", "billing_date", "comment", "final", "payment_date"})
SYNCED_LOCK = "The invoice is not editable because it has been synced with ERP"


def list_requisitions(call: Call) -> Response:
    project = call.project(call.require_int("project_id"))
    asked = filters(call, known=FILTERS)
    view = _view(call)
    bounds = moments(asked.get("updated_at"))
    created = moments(asked.get("created_at"))
    for status in asked.get("status", ()):
        if status not in STATUSES:
            raise Refusal(400, f"Unknown status: {status}", fields={"status": ["is not included in the list"]})
    narrowed = Where(
        parents=[project["id"]],
        ids=_sorted(integers(asked.get("id"), name="id")),
        k1=_texts(integers(asked.get("commitment_id"), name="commitment_id")),
        k2=asked.get("status"),
        updated_from=bounds[0] if bounds else None,
        updated_to=bounds[1] if bounds else None,
    )
    periods = integers(asked.get("period_id"), name="period_id")
    rows = [
        row
        for row in call.town.state.select(call.space, "requisition", narrowed)
        if not row["deleted_at"]
        and in_range(row, "created_at", created)
        and (periods is None or row["period_id"] in periods)
        and ("origin_id" not in asked or row["origin_id"] in asked["origin_id"])
    ]
    if asked.get("is_last", [""])[-1] == "true":
        rows = [row for row in rows if row["id"] == _last_of(call, row["commitment_id"])["id"]]
    return paged(call, rows, lambda row: claim_body(call, row, view=view), default=30, maximum=100)


def _sorted(values: set[int] | None) -> list[int] | None:
    return None if values is None else sorted(values)


def _texts(values: set[int] | None) -> list[str] | None:
    return None if values is None else sorted(map(str, values))


def _view(call: Call) -> str:
    view = call.request.one("view") or "default"
    if view not in VIEWS:
        raise Refusal(400, f"Unknown view: {view}")
    return view


def _find(call: Call, requisition_id: int) -> Body:
    project = call.project(call.require_int("project_id"))
    row = call.town.state.get(call.space, "requisition", requisition_id)
    if row is None or row["project_id"] != project["id"] or row["deleted_at"]:
        raise Refusal(404, "Requisition not found")
    return row


def show_requisition(call: Call, requisition_id: int) -> Response:
    row = _find(call, requisition_id)
    view = call.request.one("view")
    return json_response(claim_body(call, row, view="extended" if view is None else _view(call)))


def show_requisition_v1(call: Call, requisition_id: int) -> Response:
    return json_response(claim_body(call, _find(call, requisition_id), view="default"))


def list_contract_items(call: Call, requisition_id: int) -> Response:
    return _items(call, requisition_id, changes=False)


def list_change_order_items(call: Call, requisition_id: int) -> Response:
    return _items(call, requisition_id, changes=True)


def _items(call: Call, requisition_id: int, *, changes: bool) -> Response:
    row = _find(call, requisition_id)
    lines = {line["id"]: line for line in all_lines(call, row["commitment_id"])}
    chosen = [item for item in row["items"] if bool(lines[item["line"]]["change_order_id"]) == changes]
    return paged(call, chosen, lambda item: item_body(call, item, lines[item["line"]]))


def update_requisition(call: Call, requisition_id: int) -> Response:
    row = _find(call, requisition_id)
    call.admin_only()
    values = call.wrapped("requisition")
    unknown = sorted(set(values) - ORIGIN_FIELDS - OPEN_FIELDS)
    if unknown:
        raise Refusal(406, f"Unknown field: {unknown[0]}", fields={name: ["is unknown"] for name in unknown})
    if set(values) & OPEN_FIELDS:
        _must_be_open(call, row)
    if values.get("status") is not None and values["status"] not in STATUSES:
        raise Refusal(422, "Status is not included in the list", fields={"status": ["is not included in the list"]})
    _origin_is_free(call, row, values.get("origin_id"))
    changed = {**row, **values, "updated_at": next_stamp(call.town.clock.now(), row["updated_at"])}
    keep_requisition(call.town.state, call.space, changed)
    return json_response(claim_body(call, changed, view="extended"))


def _must_be_open(call: Call, row: Body) -> None:
    if row["origin_id"]:
        raise Refusal(422, SYNCED_LOCK, fields={"base": [SYNCED_LOCK]})
    if _last_of(call, row["commitment_id"])["id"] != row["id"] or row["status"] in PAYABLE:
        raise Refusal(422, "Only the latest open invoice of a contract can be edited", fields={"base": ["is locked"]})


def _origin_is_free(call: Call, row: Body, origin_id: Any) -> None:
    if origin_id is None:
        return
    for other in call.town.state.select(call.space, "requisition"):
        if other["origin_id"] == origin_id and other["id"] != row["id"]:
            raise Refusal(422, "Origin has already been taken", fields={"origin_id": ["has already been taken"]})


def _last_of(call: Call, commitment_id: int) -> Body:
    return chain(call, commitment_id)[-1]


def chain(call: Call, commitment_id: int) -> list[Body]:
    rows = call.town.state.select(call.space, "requisition", Where(k1=[str(commitment_id)]))
    return sorted((row for row in rows if not row["deleted_at"]), key=lambda row: row["number"])


def next_stamp(now: datetime, before: str) -> str:
    """A change always moves updated_at, also within one second."""
    return iso(max(now, parse_iso(before) + timedelta(seconds=1)))


def requisition_summary(call: Call, requisition_id: int) -> Response:
    return json_response(claim_body(call, _find(call, requisition_id), view="default")["summary"])
