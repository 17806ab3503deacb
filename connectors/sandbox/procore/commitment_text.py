"""A commitment, its lines and its change orders as the API writes them."""

from typing import Any

from connectors.sandbox.procore.asking import Call
from connectors.sandbox.state import Body, Where
from connectors.sandbox.world import figures
from connectors.sandbox.world.money import text

PAYABLE = ("approved", "approved_as_noted")


def all_lines(call: Call, commitment_id: int) -> list[Body]:
    return list(call.town.state.select(call.space, "line", Where(parents=[commitment_id])))


def original_lines(call: Call, row: Body) -> list[Body]:
    return [line for line in all_lines(call, row["id"]) if not line["change_order_id"]]


def vendor_name(call: Call, row: Body) -> str:
    vendor = call.town.state.get(call.space, "vendor", row["vendor_id"])
    return str(vendor["name"]) if vendor else ""


def compact_body(row: Body) -> Body:
    return {name: row[name] for name in ("id", "number", "title", "status", "created_at", "updated_at")}


def header_body(call: Call, row: Body) -> Body:
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
        "vendor": {"id": row["vendor_id"], "company": vendor_name(call, row)},
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


def line_body(call: Call, row: Body, line: Body) -> Body:
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


def v2_body(call: Call, row: Body) -> Body:
    return {
        "id": str(row["id"]), "type": row["type"], "number": row["number"], "title": row["title"], "status": row["status"],
        "description": row["description"], "accounting_method": "amount", "executed": row["executed"],
        "signature_required": False, "private": row["private"], "retainage_percent": row["retainage_percent"],
        "grand_total": text(row["original"]), "enable_ssov": False, "ssr_enabled": False,
        "vendor": {"id": str(row["vendor_id"]), "name": vendor_name(call, row)}, "created_by": None,
        "contract_date": row["contract_date"], "created_at": row["created_at"], "updated_at": row["updated_at"],
        "currency_configuration": {"currency_iso_code": "USD"},
    }  # fmt: skip


def change_order_body(call: Call, row: Body) -> Body:
    names = ["id", "contract_id", "legacy_package_id", "number", "title", "status", "executed", "reviewed_at", "created_at", "updated_at"]
    return {
        **{name: row[name] for name in names}, "legacy_request_id": None, "batch_id": None, "location_id": None,
        "type": "CommitmentChangeOrder", "revision": 0, "description": "<p>Additional scope</p>",
        "grand_total": text(row["amount"]), "paid": False, "private": True, "field_change": False,
        "signature_required": False, "schedule_impact_amount": None, "due_date": None,
        "change_order_change_reason": {"id": 9, "change_reason": "Design Change"}, "custom_fields": {},
        "currency_configuration": {"currency_iso_code": "USD"},
    }  # fmt: skip
