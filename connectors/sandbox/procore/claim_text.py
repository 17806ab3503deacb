"""A requisition as the API writes it: money as strings, header, summary and items from the stored cents."""

from typing import Any

from connectors.sandbox.procore.asking import Call
from connectors.sandbox.procore.commitment_text import all_lines
from connectors.sandbox.state import Body
from connectors.sandbox.world import figures
from connectors.sandbox.world.money import text

ZERO = "0.00"


def claim_body(call: Call, row: Body, *, view: str) -> dict[str, Any]:
    commitment = call.town.state.get(call.space, "commitment", row["commitment_id"]) or {}
    body = _header(call, row, commitment)
    if view == "header_only":
        return body
    sums = figures.summary_cents(row, original=commitment["original"], changes=commitment["changes"])
    body["summary"] = _summary(row, sums, extended=view == "extended")
    if view in ("extended", "items"):
        lines = {line["id"]: line for line in all_lines(call, row["commitment_id"])}
        body["items"] = [item_body(call, item, lines[item["line"]]) for item in row["items"]]
    if view == "extended":
        body["summary_text"] = {}
        body["item_packages"] = []
    return body


def _header(call: Call, row: Body, commitment: Body) -> dict[str, Any]:
    vendor = call.town.state.get(call.space, "vendor", row["vendor_id"]) or {}
    claimed = sum(figures.gross(item) for item in row["items"])
    contract = commitment["original"] + commitment["changes"]
    done = sum(figures.completed(item) for item in row["items"])
    names = ["id", "project_id", "commitment_id", "vendor_id", "number", "invoice_number", "invoice_type", "billing_date", "period_id", "status"]
    return {
        **{name: row[name] for name in names}, "previous_requisition_id": row["previous_id"],
        "commitment_type": commitment["type"], "contract_name": f"{commitment['number']}: {commitment['title']}",
        "contract_invoicing_method": "progressive", "vendor_name": vendor.get("name"),
        "requisition_start": row["start"], "requisition_end": row["end"],
        "erp_status": "synced" if row["origin_id"] else "unsynced", "submitted_at": row["submitted_at"],
        "payment_date": None, "final": row["final"], "percent_complete": f"{_hundredths(done * 10_000 // contract)}%",
        "deletable": False, "origin_id": row["origin_id"], "origin_data": row["origin_data"],
        "total_claimed_amount": text(claimed), "comment": row["comment"], "electronic_signature_id": None,
        "created_by": {"id": 900_900, "name": vendor.get("name"), "login": vendor.get("email_address"),
                       "company_name": vendor.get("name")},
        "attachments": _attachments(call, row), "currency_configuration": {"currency_iso_code": _currency(call)},
        "custom_fields": {}, "payment_summary": {}, "move_materials_to_previous_work_completed": False,
        "created_at": row["created_at"], "updated_at": row["updated_at"],
    }  # fmt: skip


def _attachments(call: Call, row: Body) -> list[dict[str, Any]]:
    if not row["attachments"]:
        return []
    number = row["id"] % 1_000_000
    return [{"id": 6_181_000_000 + number, "url": f"{call.town.address}/procore/files/{number}",
             "filename": f"invoice-{number}.pdf", "content_type": "application/pdf"}]  # fmt: skip


def _currency(call: Call) -> str:
    company = call.town.state.get(call.space, "company", call.company_id)
    return str(company["currency"]) if company else "USD"


def _percent(part: int, whole: int) -> str:
    return _hundredths(part * 10_000 // whole) if whole else "0.0"


def _hundredths(value: int) -> str:
    return text(value)


def _summary(row: Body, sums: dict[str, int], *, extended: bool) -> dict[str, str]:
    items = row["items"]
    on_work = sum(item["prev"] + item["this"] for item in items)
    stored = sum(item["stored"] for item in items)
    summary = {name: text(value) for name, value in sums.items()}
    summary |= {
        "completed_work_retainage_percent": _percent(sums["completed_work_retainage_amount"], on_work),
        "stored_materials_retainage_percent": _percent(sums["stored_materials_retainage_amount"], stored),
        "tax_applicable_to_this_payment": ZERO,
        "formatted_period": f"{row['start']} - {row['end']}",
    }
    if extended:
        summary |= {"new_materials": text(max(0, stored - sum(item["prev_stored"] for item in items))),
                    "stored_materials": text(stored)}  # fmt: skip
    return summary


def item_body(call: Call, item: figures.Item, line: Body) -> dict[str, Any]:
    is_change = bool(line["change_order_id"])
    wbs = call.town.state.get(call.space, "wbs_code", line["wbs_code_id"]) or {}
    body: dict[str, Any] = {
        "id": item["id"], "item_type": "change_order_item" if is_change else "contract_item", "accounting_method": "amount",
        "cost_code_id": line["cost_code_id"], "line_item_id": line["id"], "description_of_work": line["description"],
        "scheduled_value": text(line["amount"]), "work_completed_from_previous_application": text(item["prev"]),
        "work_completed_this_period": text(item["this"]), "materials_presently_stored": text(item["stored"]),
        "total_completed_and_stored_to_date": text(figures.completed(item)),
        "total_completed_and_stored_to_date_percent": _percent(figures.completed(item), line["amount"]),
        "work_completed_retainage_from_previous_application": text(item["prev_ret"]),
        "work_completed_retainage_retained_this_period": text(item["retained"]),
        "work_completed_retainage_percent_this_period": item["rate"],
        "work_completed_retainage_released_this_period": text(item["released"]),
        "materials_stored_retainage_currently_retained": text(item["stored_ret"]),
        "materials_stored_retainage_percent_this_period": item["rate"],
        "materials_stored_retainage_released_this_period": ZERO, "materials_moved": text(item["moved"]),
        "materials_retainage_retained_moved": text(item["moved_ret"]), "gross_amount": text(figures.gross(item)),
        "net_amount": text(figures.net(item)), "subcontractor_claimed_amount": text(item["this"]),
        "status": "no_action", "comment": None, "position": line["position"], "line_number": line["position"],
        "ssr_manual_override": False, "taxes": [],
        "wbs_code": {key: wbs.get(key) for key in ("id", "flat_code", "description")},
        "currency_configuration": {"currency_iso_code": _currency(call)},
    }  # fmt: skip
    if is_change:
        body |= {"change_order_package_id": line["change_order_package_id"], "commitment_line_item_id": line["id"],
                 "commitment_line_item_origin_id": line["origin_id"]}  # fmt: skip
    return body
