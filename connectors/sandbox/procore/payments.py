"""Billing periods, and the payments issued against a contract."""

from datetime import date
from typing import Any

from connectors.sandbox.clock import iso
from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.procore.commitments import find_commitment
from connectors.sandbox.procore.events import announce
from connectors.sandbox.procore.listing import filters, in_range, integers, moments, paged
from connectors.sandbox.state import Body, Where
from connectors.sandbox.world.money import cents, text

METHODS = ("check", "credit_card", "electronic")
FIELDS = [
    "amount",
    "date",
    "invoice_number",
    "invoice_date",
    "check_number",
    "draw_request_number",
    "payment_number",
    "payment_method",
    "notes",
    "requisition_id",
    "origin_id",
    "origin_data",
    "prostore_file_ids",
]
SYNCED_FIELDS = frozenset({"origin_id", "origin_data", "prostore_file_ids"})


def list_periods(call: Call, project_id: int) -> Response:
    project = call.project(project_id)
    asked = filters(call, known=("id", "created_at", "updated_at", "status"))
    ids = integers(asked.get("id"), name="id")
    updated = moments(asked.get("updated_at"))
    rows = [
        row
        for row in call.town.state.select(call.space, "billing_period", Where(parents=[project["id"]]))
        if (ids is None or row["id"] in ids) and in_range(row, "updated_at", updated) and ("status" not in asked or row["status"] in asked["status"])
    ]
    return paged(call, rows, dict)


def show_period(call: Call, project_id: int, period_id: int) -> Response:
    project = call.project(project_id)
    row = call.town.state.get(call.space, "billing_period", period_id)
    if row is None or row["project_id"] != project["id"]:
        raise Refusal(404, "Billing period not found")
    return json_response(row)


def list_payments(call: Call) -> Response:
    contract = _contract(call)
    rows = list(call.town.state.select(call.space, "contract_payment", Where(parents=[contract["id"]])))
    return paged(call, rows, _shown)


def show_payment(call: Call, payment_id: int) -> Response:
    return json_response(_shown(_payment(call, payment_id)))


def create_payment(call: Call) -> Response:
    contract = _contract(call)
    call.admin_only()
    values = call.wrapped("contract_payment")
    _check(call, contract, values, creating=True, own_id=None)
    row = {
        "id": call.town.state.next_id(f"{call.space}:contract_payment", start=1_551_516), "project_id": contract["project_id"],
        "contract_id": contract["id"], "status": "paid", "created_at": iso(call.town.clock.now()),
        **{name: values.get(name) for name in FIELDS}, "cents": cents(values["amount"]),
    }  # fmt: skip
    return json_response(_shown(_save(call, row, "create")), status=201)


def update_payment(call: Call, payment_id: int) -> Response:
    row = _payment(call, payment_id)
    call.admin_only()
    values = call.wrapped("contract_payment")
    if row["origin_id"] and set(values) - SYNCED_FIELDS:
        raise Refusal(422, "The payment is not editable because it has been synced with ERP", fields={"base": ["is locked"]})
    contract = find_commitment(call, row["contract_id"], row["project_id"])
    _check(call, contract, values, creating=False, own_id=row["id"])
    changed = {**row, **values}
    if "amount" in values:
        changed["cents"] = cents(values["amount"])
    return json_response(_shown(_save(call, changed, "update")))


def delete_payment(call: Call, payment_id: int) -> Response:
    row = _payment(call, payment_id)
    call.admin_only()
    call.town.state.delete(call.space, "contract_payment", Where(ids=[row["id"]]))
    _tell(call, row, "delete")
    return json_response({"id": row["id"]})


def _contract(call: Call) -> Body:
    project = call.project(call.require_int("project_id"))
    return find_commitment(call, call.require_int("contract_id"), project["id"])


def _payment(call: Call, payment_id: int) -> Body:
    contract = _contract(call)
    row = call.town.state.get(call.space, "contract_payment", payment_id)
    if row is None or row["contract_id"] != contract["id"]:
        raise Refusal(404, "Payment not found")
    return row


def _check(call: Call, contract: Body, values: dict[str, Any], *, creating: bool, own_id: int | None) -> None:
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise Refusal(406, f"Unknown field: {unknown[0]}", fields={name: ["is unknown"] for name in unknown})
    problems = {**_wrong_values(values, creating=creating), **_wrong_links(call, contract, values, own_id=own_id)}
    if problems:
        name, texts = next(iter(problems.items()))
        raise Refusal(422, f"{name} {texts[0]}", fields=problems)


def _wrong_values(values: dict[str, Any], *, creating: bool) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if creating and values.get("amount") in (None, ""):
        problems["amount"] = ["can't be blank"]
    elif "amount" in values:
        try:
            cents(values["amount"])
        except ValueError:
            problems["amount"] = ["is not a number"]
    for name in ("date", "invoice_date"):
        if values.get(name) and not _is_date(str(values[name])):
            problems[name] = ["is not a date"]
    if values.get("payment_method") not in (None, *METHODS):
        problems["payment_method"] = ["is not included in the list"]
    return problems


def _wrong_links(call: Call, contract: Body, values: dict[str, Any], *, own_id: int | None) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if values.get("requisition_id") is not None:
        claim = call.town.state.get(call.space, "requisition", int(values["requisition_id"]))
        if claim is None or claim["commitment_id"] != contract["id"]:
            problems["requisition_id"] = ["does not belong to the contract"]
    if values.get("origin_id") is not None:
        for other in call.town.state.select(call.space, "contract_payment"):
            if other["origin_id"] == values["origin_id"] and other["id"] != own_id:
                problems["origin_id"] = ["has already been taken"]
    return problems


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _save(call: Call, row: Body, event: str) -> Body:
    row = {**row, "updated_at": iso(call.town.clock.now())}
    call.town.state.put(call.space, "contract_payment", row["id"], row, parent=row["contract_id"], updated=row["updated_at"])
    _tell(call, row, event)
    return row


def _tell(call: Call, row: Body, event: str) -> None:
    announce(call.town, company_id=call.company_id, project_id=row["project_id"], resource="Contract Payments", event=event,
             resource_id=row["id"], user_id=call.caller["id"])  # fmt: skip


def _shown(row: Body) -> Body:
    body = {key: value for key, value in row.items() if key not in ("cents", "prostore_file_ids")}
    return {**body, "amount": text(row["cents"]), "attachments": [], "origin_code": None, "external_payment_id": None}
