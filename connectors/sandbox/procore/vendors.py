"""The company directory: vendors read, created, changed, synced; inactive ones stand in a list of their own."""

from typing import Any

from connectors.sandbox.clock import iso
from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.procore.events import announce
from connectors.sandbox.procore.listing import filters, in_range, integers, moments, paged, sorted_rows
from connectors.sandbox.state import Body

FILTERS = ["origin_id", "search", "created_at", "updated_at", "id", "parent_id", "trade_id", "standard_cost_code_id"]
TEXT_FIELDS = [
    "name",
    "abbreviated_name",
    "trade_name",
    "company",
    "address",
    "city",
    "zip",
    "state_code",
    "country_code",
    "business_phone",
    "mobile_phone",
    "fax_number",
    "email_address",
    "website",
    "origin_id",
    "origin_data",
    "origin_code",
    "labor_union",
    "license_number",
    "notes",
]
FLAG_FIELDS = ("is_active", "authorized_bidder", "prequalified", "union_member", "non_union_prevailing_wage")
LINK_FIELDS = ("vendor_group_id", "parent_id", "primary_contact_id", "trade_ids", "standard_cost_code_ids")
NOT_IN_NORMAL = ("children_count", "legal_name", "parent", "bidding", "project_ids", "standard_cost_codes")
MAX_NAME = 255
MAX_SYNC_ROWS = 1000


def _company(call: Call) -> None:
    if call.require_int("company_id") != call.company_id:
        raise Refusal(403, "You do not have access to this company")


def list_vendors(call: Call) -> Response:
    _company(call)
    asked = filters(call, known=FILTERS)
    updated, created = moments(asked.get("updated_at")), moments(asked.get("created_at"))
    ids = integers(asked.get("id"), name="id")
    rows = [
        row
        for row in call.town.state.select(call.space, "vendor")
        if row["is_active"]
        and in_range(row, "updated_at", updated)
        and in_range(row, "created_at", created)
        and (ids is None or row["id"] in ids)
        and ("origin_id" not in asked or row["origin_id"] in asked["origin_id"])
        and ("search" not in asked or _mentions(row, asked["search"][0]))
    ]
    view = call.request.one("view") or "extended"
    return paged(call, sorted_rows(call, rows, allowed=("name", "main_office_name")), lambda row: _shown(row, view))


def _mentions(row: Body, words: str) -> bool:
    register = (row.get("business_register") or {}).get("identifier") or ""
    text = f"{row['name']} {row.get('origin_code') or ''} {register}".lower()
    return words.lower() in text


def _shown(row: Body, view: str) -> Any:
    if view in ("compact", "summary"):
        return {"id": row["id"], "name": row["name"]}
    if view not in ("normal", "erp", "extended", "directory"):
        raise Refusal(400, f"Unknown view: {view}")
    body = {key: value for key, value in row.items() if view == "extended" or key not in NOT_IN_NORMAL}
    return {**body, "origin_custom_fields": {}, "erp_custom_fields": {}} if view == "erp" else body


def list_inactive_vendors(call: Call, company_id: int) -> Response:
    if company_id != call.company_id:
        raise Refusal(403, "You do not have access to this company")
    rows = [row for row in call.town.state.select(call.space, "vendor") if not row["is_active"]]
    return paged(call, rows, lambda row: _shown(row, call.request.one("view") or "extended"))


def reactivate_vendor(call: Call, company_id: int, vendor_id: int) -> Response:
    call.admin_only()
    row = _vendor(call, vendor_id)
    if company_id != call.company_id or row["is_active"]:
        raise Refusal(404, "Vendor not found")
    return json_response(_save(call, {**row, "is_active": True}, event="update"))


def show_vendor(call: Call, vendor_id: int) -> Response:
    _company(call)
    return json_response(_shown(_vendor(call, vendor_id), call.request.one("view") or "extended"))


def _vendor(call: Call, vendor_id: int) -> Body:
    row = call.town.state.get(call.space, "vendor", vendor_id)
    if row is None:
        raise Refusal(404, "Vendor not found")
    return row


def create_vendor(call: Call) -> Response:
    _company(call)
    call.admin_only()
    values = call.wrapped("vendor")
    _check(call, values, row_id=None, creating=True)
    return json_response(_create(call, values), status=201)


def update_vendor(call: Call, vendor_id: int) -> Response:
    _company(call)
    call.admin_only()
    row = _vendor(call, vendor_id)
    values = call.wrapped("vendor")
    _check(call, values, row_id=vendor_id, creating=False)
    return json_response(_save(call, _changed(row, values), event="update"))


def sync_vendors(call: Call) -> Response:
    """Each row on its own; the answer is 200 whatever became of them."""
    _company(call)
    call.admin_only()
    updates = call.body().get("updates")
    if not isinstance(updates, list) or len(updates) > MAX_SYNC_ROWS:
        raise Refusal(400, f"updates must be a list of at most {MAX_SYNC_ROWS} rows")
    entities: list[Body] = []
    errors: list[Body] = []
    for values in updates:
        try:
            entities.append(_sync_row(call, dict(values)))
        except Refusal as refusal:
            errors.append({**values, "errors": refusal.fields or {"base": [refusal.message]}})
    return json_response({"entities": entities, "errors": errors})


def _sync_row(call: Call, values: Body) -> Body:
    row_id, origin_id = values.pop("id", None), values.get("origin_id")
    values.pop("business_register_attributes", None)
    values.pop("origin_custom_fields", None)
    row: Body | None = None
    if row_id is not None:
        row = call.town.state.get(call.space, "vendor", int(row_id))
        if row is None:
            raise Refusal(404, "not found", fields={"id": ["Entity with this ID not found"]})
    elif origin_id is not None:
        row = next((found for found in call.town.state.select(call.space, "vendor") if found["origin_id"] == origin_id), None)
    _check(call, values, row_id=row["id"] if row else None, creating=row is None)
    return _save(call, _changed(row, values), event="update") if row else _create(call, values)


def _check(call: Call, values: Body, *, row_id: int | None, creating: bool) -> None:
    known = {*TEXT_FIELDS, *FLAG_FIELDS, *LINK_FIELDS}
    unknown = sorted(name for name in values if name not in known and not name.startswith("custom_field_"))
    if unknown:
        raise Refusal(406, f"Unknown field: {unknown[0]}", fields={name: ["is unknown"] for name in unknown})
    name = values.get("name")
    if (creating or "name" in values) and not str(name or "").strip():
        raise Refusal(422, "Name can't be blank", fields={"name": ["can't be blank"]})
    if name is not None and len(str(name)) > MAX_NAME:
        raise Refusal(422, "Name is too long", fields={"name": [f"is too long (maximum is {MAX_NAME} characters)"]})
    for flag in FLAG_FIELDS:
        if flag in values and not isinstance(values[flag], bool):
            raise Refusal(422, f"{flag} must be true or false", fields={flag: ["is invalid"]})
    origin_id = values.get("origin_id")
    if origin_id is not None:
        owner = next((row for row in call.town.state.select(call.space, "vendor") if row["origin_id"] == origin_id), None)
        if owner is not None and owner["id"] != row_id:
            raise Refusal(422, "Origin has already been taken", fields={"origin_id": ["has already been taken"]})


def _create(call: Call, values: Body) -> Body:
    blank = next(iter(call.town.state.select(call.space, "vendor")), {})
    empty: Body = {key: ([] if isinstance(value, list) else None) for key, value in blank.items()}
    new = {
        **empty, "id": call.town.state.next_id(f"{call.space}:vendor"), "is_active": True, "synced_to_erp": False,
        "authorized_bidder": False, "prequalified": False, "union_member": False, "non_union_prevailing_wage": False,
        "company_vendor": False, "is_connected": False, "children_count": 0, "contact_count": 0,
        "created_at": iso(call.town.clock.now()),
    }  # fmt: skip
    return _save(call, _changed(new, values), event="create")


def _changed(row: Body, values: Body) -> Body:
    taken = {key: value for key, value in values.items() if key in TEXT_FIELDS or key in FLAG_FIELDS}
    changed = {**row, **taken}
    changed["legal_name"] = changed["name"]
    changed["company"] = changed.get("company") or changed["name"]
    changed["synced_to_erp"] = changed.get("origin_id") is not None
    return changed


def _save(call: Call, row: Body, *, event: str) -> Body:
    row = {**row, "updated_at": iso(call.town.clock.now())}
    call.town.state.put(call.space, "vendor", row["id"], row, k1=row["name"], updated=row["updated_at"])
    announce(call.town, company_id=call.company_id, project_id=None, resource="Company Vendors", event=event,
             resource_id=row["id"], user_id=call.caller["id"])  # fmt: skip
    return row
