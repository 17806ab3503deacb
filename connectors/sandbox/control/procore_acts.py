"""What people do in the pretend Procore: approve, edit, delete, bill the next period."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from connectors.sandbox.clock import iso
from connectors.sandbox.control.asking import BadRequest, fields, missing
from connectors.sandbox.messages import Request
from connectors.sandbox.procore.events import announce
from connectors.sandbox.procore.requisitions import STATUSES, next_stamp
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town
from connectors.sandbox.world import figures
from connectors.sandbox.world.claims import PAYABLE, keep_requisition
from connectors.sandbox.world.contracts import keep_commitment
from connectors.sandbox.world.money import cents, text

HEADER_FIELDS = ("invoice_number", "billing_date", "comment", "status", "final", "requisition_start", "requisition_end")
AMOUNT_FIELDS = {"work_completed_this_period": "this", "materials_presently_stored": "stored", "materials_moved": "moved",
                 "work_completed_retainage_released_this_period": "released"}  # fmt: skip
CONTRACT_NAMES = {"WorkOrderContract": "Work Order Contracts", "PurchaseOrderContract": "Purchase Order Contracts"}
USUAL_SHARE = 4  # an unasked-for claim bills a quarter of what is left


def approve(town: Town, request: Request, company: str, requisition: str) -> Any:
    status = str(fields(request, allowed=("status",)).get("status", "approved"))
    if status not in PAYABLE:
        raise BadRequest(f"status is one of: {', '.join(PAYABLE)}")
    return _change(town, company, requisition, lambda row: row.update(status=status))


def unapprove(town: Town, request: Request, company: str, requisition: str) -> Any:
    status = str(fields(request, allowed=("status",)).get("status", "revise_and_resubmit"))
    if status not in STATUSES or status in PAYABLE:
        raise BadRequest("status must be one that is not payable")
    return _change(town, company, requisition, lambda row: row.update(status=status))


def edit(town: Town, request: Request, company: str, requisition: str) -> Any:
    values = fields(request, allowed=(*HEADER_FIELDS, "lines"))

    def apply(row: Body) -> None:
        for name in HEADER_FIELDS:
            if name in values:
                row[name.removeprefix("requisition_")] = values[name]
        _lines(row, values.get("lines") or [])

    return _change(town, company, requisition, apply)


def delete(town: Town, request: Request, company: str, requisition: str) -> Any:
    space = space_of(town, company)
    row = _requisition(town, space, requisition)
    if chain_of(town, space, row["commitment_id"])[-1]["id"] != row["id"]:
        raise BadRequest("Only the latest requisition of a commitment can be deleted", status=409)
    return _change(town, company, requisition, lambda found: found.update(deleted_at=iso(town.clock.now())))


def create_requisition(town: Town, request: Request, company: str) -> Any:
    """The next claim of a commitment; lines not named bill nothing, no lines at all bill a quarter of what is left."""
    values = fields(request, allowed=("commitment_id", "lines", "status", "invoice_number", "billing_date", "invoice_type"))
    space = space_of(town, company)
    commitment = town.state.get(space, "commitment", int(values.get("commitment_id") or 0))
    if commitment is None:
        raise missing(f"There is no commitment {values.get('commitment_id')}")
    status = str(values.get("status", "approved"))
    if status not in STATUSES:
        raise BadRequest(f"status is one of: {', '.join(sorted(STATUSES))}")
    with town.state.transaction():
        row = _next(town, space, commitment, values, status)
        keep_requisition(town.state, space, row)
        tell(town, space, commitment)
    return _shown(row)


def _next(town: Town, space: str, commitment: Body, values: Body, status: str) -> Body:
    chain = chain_of(town, space, commitment["id"])
    previous = chain[-1] if chain else None
    before = {item["line"]: item for item in previous["items"]} if previous else {}
    rate = commitment["retainage_percent"]
    items = []
    lines = {line["id"]: line for line in town.state.select(space, "line", Where(parents=[commitment["id"]]))}
    for line_id in lines:
        item = figures.new_item(row_id=town.state.next_id(f"{space}:item"), line_id=line_id, rate=rate, previous=before.get(line_id))
        item["stored"] = item["prev_stored"]
        if not values.get("lines"):
            item["this"] = max(0, lines[line_id]["amount"] - item["prev"] - item["stored"]) // USUAL_SHARE
        items.append(figures.carry(item, before.get(line_id)))
    billing = str(values.get("billing_date") or _next_date(previous))
    now = iso(town.clock.now())
    number = (previous["number"] if previous else 0) + 1
    periods = list(town.state.select(space, "billing_period", Where(parents=[commitment["project_id"]])))
    row: Body = {
        "id": town.state.next_id(f"{space}:requisition"), "previous_id": previous["id"] if previous else None,
        "project_id": commitment["project_id"], "commitment_id": commitment["id"], "vendor_id": commitment["vendor_id"],
        "number": number, "invoice_number": values.get("invoice_number", f"{commitment['number']}-{number:02d}"),
        "invoice_type": values.get("invoice_type", "progress"), "billing_date": billing, "start": billing[:8] + "01",
        "end": billing, "period_id": periods[-1]["id"], "status": status, "final": False, "submitted_at": now, "comment": None,
        "origin_id": None, "origin_data": None, "items": items, "attachments": False, "created_at": now, "updated_at": now,
        "deleted_at": None,
    }  # fmt: skip
    _lines(row, values.get("lines") or [])
    row["items"] = [figures.carry(item, before.get(item["line"])) for item in row["items"]]
    return row


def _next_date(previous: Body | None) -> str:
    if previous is None:
        return "2026-11-15"
    return max(date(2026, 11, 15), date.fromisoformat(previous["billing_date"]) + timedelta(days=15)).isoformat()


def _lines(row: Body, lines: list[Body]) -> None:
    items = {item["line"]: item for item in row["items"]} | {item["id"]: item for item in row["items"]}
    for values in lines:
        item = items.get(int(values.get("line_item_id") or values.get("id") or 0))
        if item is None:
            raise missing(f"The requisition has no line {values.get('line_item_id')}")
        for name, value in values.items():
            if name in AMOUNT_FIELDS:
                try:
                    item[AMOUNT_FIELDS[name]] = cents(value)
                except ValueError as error:
                    raise BadRequest(str(error)) from error
            elif name not in ("id", "line_item_id"):
                raise BadRequest(f"Unknown line field {name}; choose from: line_item_id, {', '.join(AMOUNT_FIELDS)}")


def _change(town: Town, company: str, requisition: str, apply: Callable[[Body], Any]) -> Any:
    """Change one claim, carry the figures through those that follow, move updated_at of what changed."""
    space = space_of(town, company)
    with town.state.transaction():
        row = _requisition(town, space, requisition)
        row["items"] = [dict(item) for item in row["items"]]
        apply(row)
        row["updated_at"] = next_stamp(town.clock.now(), row["updated_at"])
        keep_requisition(town.state, space, row)
        _carry_through(town, space, row["commitment_id"])
        commitment = town.state.get(space, "commitment", row["commitment_id"])
        if commitment is not None:
            tell(town, space, commitment)
    return _shown(_requisition(town, space, requisition, deleted=True))


def _carry_through(town: Town, space: str, commitment_id: int) -> None:
    previous: dict[int, figures.Item] = {}
    for row in chain_of(town, space, commitment_id):
        before = [dict(item) for item in row["items"]]
        items = [figures.carry(item, previous.get(item["line"])) for item in row["items"]]
        if items != before:
            row["updated_at"] = next_stamp(town.clock.now(), row["updated_at"])
            keep_requisition(town.state, space, {**row, "items": items})
        previous = {item["line"]: item for item in items}


def chain_of(town: Town, space: str, commitment_id: int) -> list[Body]:
    rows = town.state.select(space, "requisition", Where(k1=[str(commitment_id)]))
    return sorted((row for row in rows if not row["deleted_at"]), key=lambda row: int(row["number"]))


def tell(town: Town, space: str, commitment: Body) -> None:
    """Billing moves the commitment's totals; requisitions themselves have no webhook resource."""
    stamped = {**commitment, "updated_at": next_stamp(town.clock.now(), commitment["updated_at"])}
    keep_commitment(town.state, space, stamped)
    announce(town, company_id=int(space.split(":")[1]), project_id=commitment["project_id"],
             resource=CONTRACT_NAMES[commitment["type"]], event="update", resource_id=commitment["id"])  # fmt: skip


def space_of(town: Town, company: str) -> str:
    if not company.isdigit() or town.state.get(f"procore:{company}", "company", int(company)) is None:
        raise missing(f"There is no Procore company {company}")
    return f"procore:{company}"


def _requisition(town: Town, space: str, requisition: str, *, deleted: bool = False) -> Body:
    row = town.state.get(space, "requisition", int(requisition)) if requisition.isdigit() else None
    if row is None or (row["deleted_at"] and not deleted):
        raise missing(f"There is no requisition {requisition}")
    return row


def _shown(row: Body) -> Body:
    names = ("id", "commitment_id", "number", "invoice_number", "status", "billing_date", "updated_at", "deleted_at")
    return {**{name: row[name] for name in names}, "net": text(figures.due(row))}
