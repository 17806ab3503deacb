"""Subcontracts and purchase orders, their lines and change orders: read only."""

from collections.abc import Callable
from typing import Any

from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.procore.listing import filters, in_range, integers, moments, paged
from connectors.sandbox.state import Body, Where
from connectors.sandbox.world import figures
from connectors.sandbox.world.money import text

V1_FILTERS = ("id", "status", "created_at", "updated_at", "include_deleted", "origin_id")
V2_FILTERS = [
    "type",
    "status",
    "vendor_id",
    "updated_at",
    "created_at",
    "deleted_at",
    "id",
    "executed",
    "signature_required",
    "accounting_method",
    "include_deleted",
]
CHANGE_FILTERS = ["id", "batch_id", "legacy_package_id", "contract_id", "vendor_id", "signature_required", "executed", "status", "updated_at"]
PAYABLE = ("approved", "approved_as_noted")


def find_commitment(call: Call, commitment_id: int, project_id: int) -> Body:
    row = call.town.state.get(call.space, "commitment", commitment_id)
    if row is None or row["project_id"] != project_id or row["deleted_at"]:
        raise Refusal(404, "Commitment not found")
    return row


def lister(kind: str) -> Callable[[Call], Response]:
    def list_contracts(call: Call) -> Response:
        project = call.project(call.require_int("project_id"))
        asked = filters(call, known=V1_FILTERS)
        view = call.request.one("view") or "extended"
        if view not in ("compact", "extended"):
            raise Refusal(400, f"Unknown view: {view}")
        rows = [row for row in _rows(call, project["id"], asked) if row["type"] == kind]
        return paged(call, rows, lambda row: _compact(row) if view == "compact" else _header(call, row))

    return list_contracts


def shower(kind: str) -> Callable[[Call, int], Response]:
    def show_contract(call: Call, commitment_id: int) -> Response:
        project = call.project(call.require_int("project_id"))
        row = _of_kind(call, commitment_id, project["id"], kind)
        vendor = call.town.state.get(call.space, "vendor", row["vendor_id"]) or {}
        body = _header(call, row)
        body["vendor"] = {**body["vendor"], "origin_id": vendor.get("origin_id"), "origin_data": vendor.get("origin_data")}
        return json_response(
            {
                **body, "line_items": [_line(call, row, line) for line in original_lines(call, row)], "custom_fields": {},
                "change_order_packages": [], "change_order_requests": [], "potential_change_orders": [],
                "payments_issued": [], "invoice_contacts": [], "attachments": [], "created_by_id": None,
            }
        )  # fmt: skip

    return show_contract


def line_lister(kind: str) -> Callable[[Call, int], Response]:
    def list_lines(call: Call, commitment_id: int) -> Response:
        project = call.project(call.require_int("project_id"))
        row = _of_kind(call, commitment_id, project["id"], kind)
        return paged(call, original_lines(call, row), lambda line: _line(call, row, line))

    return list_lines


def list_commitments(call: Call) -> Response:
    project = call.project(call.require_int("project_id"))
    rows = _rows(call, project["id"], {})

    def shown(row: Body) -> Body:
        names = ("id", "title", "number", "status", "description", "executed", "private", "created_at")
        body = {name: row[name] for name in names}
        return {**body, "delivery_date": None, "vendor": {"id": row["vendor_id"], "name": _vendor_name(call, row)}}

    return paged(call, rows, shown)


def list_v2(call: Call, company_id: int, project_id: int) -> Response:
    if company_id != call.company_id:
        raise Refusal(403, "You do not have access to this company")
    project = call.project(project_id)
    asked = filters(call, known=V2_FILTERS)
    rows = _rows(call, project["id"], asked)
    if "type" in asked:
        rows = [row for row in rows if row["type"] in asked["type"]]
    if "vendor_id" in asked:
        rows = [row for row in rows if str(row["vendor_id"]) in asked["vendor_id"]]
    return paged(call, rows, lambda row: _v2(call, row), default=10, maximum=100, envelope=True)


def list_change_orders(call: Call, project_id: int) -> Response:
    project = call.project(project_id)
    asked = filters(call, known=CHANGE_FILTERS)
    updated = moments(asked.get("updated_at"))
    ids = integers(asked.get("id"), name="id")
    rows = [
        row
        for row in call.town.state.select(call.space, "change_order", Where(parents=[project["id"]]))
        if in_range(row, "updated_at", updated)
        and (ids is None or row["id"] in ids)
        and ("status" not in asked or row["status"] in asked["status"])
        and ("contract_id" not in asked or str(row["contract_id"]) in asked["contract_id"])
    ]
    return paged(call, rows, lambda row: _change_order(call, row), maximum=10_000)


def all_lines(call: Call, commitment_id: int) -> list[Body]:
    return list(call.town.state.select(call.space, "line", Where(parents=[commitment_id])))


def original_lines(call: Call, row: Body) -> list[Body]:
    return [line for line in all_lines(call, row["id"]) if not line["change_order_id"]]


def _rows(call: Call, project_id: int, asked: dict[str, list[str]]) -> list[Body]:
    updated, created = moments(asked.get("updated_at")), moments(asked.get("created_at"))
    ids = integers(asked.get("id"), name="id")
    deleted = asked.get("include_deleted", [""])[0]
    if deleted not in ("", "only", "with"):
        raise Refusal(400, "filters[include_deleted] takes only or with")
    return [
        row
        for row in call.town.state.select(call.space, "commitment", Where(parents=[project_id]))
        if in_range(row, "updated_at", updated)
        and in_range(row, "created_at", created)
        and (ids is None or row["id"] in ids)
        and ("status" not in asked or row["status"] in asked["status"])
        and ("origin_id" not in asked or row["origin_id"] in asked["origin_id"])
        and (deleted == "with" or bool(row["deleted_at"]) == (deleted == "only"))
    ]


def _of_kind(call: Call, commitment_id: int, project_id: int, kind: str) -> Body:
    row = find_commitment(call, commitment_id, project_id)
    if row["type"] != kind:
        raise Refusal(404, "Commitment not found")
    return row


def _vendor_name(call: Call, row: Body) -> str:
    vendor = call.town.state.get(call.space, "vendor", row["vendor_id"])
    return str(vendor["name"]) if vendor else ""


def _compact(row: Body) -> Body:
    return {name: row[name] for name in ("id", "number", "title", "status", "created_at", "updated_at")}


def _header(call: Call, row: Body) -> Body:
    claims = list(call.town.state.select(call.space, "requisition", Where(k1=[str(row["id"])])))
    billed = sum(figures.due(claim) for claim in claims if claim["status"] in PAYABLE)
    paid = sum(entry["cents"] for entry in call.town.state.select(call.space, "contract_payment", Where(parents=[row["id"]])))
    revised = row["original"] + row["changes"]
    project = call.town.state.get(call.space, "project", row["project_id"]) or {}
    company = call.town.state.get(call.space, "company", call.company_id) or {}
    is_order = row["type"] == "PurchaseOrderContract"
    names = ["id", "number", "title", "description", "status", "executed", "private", "origin_id", "origin_code", "origin_data", "contract_date"]
    body: dict[str, Any] = {
        **{name: row[name] for name in names}, "accounting_method": "amount",
        "vendor": {"id": row["vendor_id"], "company": _vendor_name(call, row)},
        "project": {"id": row["project_id"], "name": project.get("name")}, "retainage_percent": row["retainage_percent"],
        "requisitions_are_enabled": True, "show_line_items_to_non_admins": False, "grand_total": text(row["original"]),
        "approved_change_orders": text(row["changes"]), "pending_change_orders": text(row["pending"]),
        "draft_change_orders_amount": "0.00", "revised_contract": text(revised),
        "pending_revised_contract": text(revised + row["pending"]), "total_requisitions_amount": text(billed),
        "total_draw_requests_amount": "0.00", "total_payments": text(paid),
        "percentage_paid": str(paid * 100 // revised if revised else 0),
        "remaining_balance_outstanding": text(revised - paid), "execution_date": row["contract_date"],
        "issued_on_date": None, "returned_date": None, "signed_contract_received_date": row["contract_date"],
        "currency_configuration": {"currency_iso_code": company.get("currency")}, "created_at": row["created_at"],
        "updated_at": row["updated_at"], "deleted_at": row["deleted_at"],
    }  # fmt: skip
    if is_order:
        body |= {"assignee": None, "ship_to_address": None, "payment_terms": "Net 30", "delivery_date": None}
    else:
        body |= {"contract_start_date": row["contract_date"], "inclusions": None, "exclusions": None}
    return body


def _line(call: Call, row: Body, line: Body) -> Body:
    code = call.town.state.get(call.space, "cost_code", line["cost_code_id"]) or {}
    kind = call.town.state.get(call.space, "line_item_type", line["line_item_type_id"]) or {}
    wbs = call.town.state.get(call.space, "wbs_code", line["wbs_code_id"]) or {}
    return {
        "id": line["id"], "amount": text(line["amount"]), "total_amount": text(line["amount"]),
        "extended_amount": text(line["amount"]), "quantity": "0.0", "unit_cost": "0.0", "description": line["description"],
        "extended_type": "manual", "position": line["position"], "tax_code_id": None,
        "holder": {"id": row["id"], "holder_type": row["type"]}, "company": {"id": call.company_id},
        "project": {"id": row["project_id"]}, "cost_code": {"id": line["cost_code_id"], "name": code.get("name"),
                                                             "full_code": code.get("full_code")},
        "line_item_type": {key: kind.get(key) for key in ("id", "name", "code", "base_type", "origin_id")},
        "wbs_code": {key: wbs.get(key) for key in ("id", "flat_code", "description")}, "origin_id": line["origin_id"],
        "created_at": row["created_at"], "updated_at": row["updated_at"],
    }  # fmt: skip


def _v2(call: Call, row: Body) -> Body:
    return {
        "id": str(row["id"]), "type": row["type"], "number": row["number"], "title": row["title"], "status": row["status"],
        "description": row["description"], "accounting_method": "amount", "executed": row["executed"],
        "signature_required": False, "private": row["private"], "retainage_percent": row["retainage_percent"],
        "grand_total": text(row["original"]), "enable_ssov": False, "ssr_enabled": False,
        "vendor": {"id": str(row["vendor_id"]), "name": _vendor_name(call, row)}, "created_by": None,
        "contract_date": row["contract_date"], "created_at": row["created_at"], "updated_at": row["updated_at"],
        "currency_configuration": {"currency_iso_code": "USD"},
    }  # fmt: skip


def _change_order(call: Call, row: Body) -> Body:
    names = ["id", "contract_id", "legacy_package_id", "number", "title", "status", "executed", "reviewed_at", "created_at", "updated_at"]
    return {
        **{name: row[name] for name in names}, "legacy_request_id": None, "batch_id": None, "location_id": None,
        "type": "CommitmentChangeOrder", "revision": 0, "description": "<p>Additional scope</p>",
        "grand_total": text(row["amount"]), "paid": False, "private": True, "field_change": False,
        "signature_required": False, "schedule_impact_amount": None, "due_date": None,
        "change_order_change_reason": {"id": 9, "change_reason": "Design Change"}, "custom_fields": {},
        "currency_configuration": {"currency_iso_code": "USD"},
    }  # fmt: skip
