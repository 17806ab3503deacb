"""Subcontracts and purchase orders, their lines and change orders: read only."""

from collections.abc import Callable

from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.procore.commitment_text import change_order_body, compact_body, header_body, line_body, original_lines, v2_body, vendor_name
from connectors.sandbox.procore.listing import filters, in_range, integers, moments, paged
from connectors.sandbox.state import Body, Where

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
        return paged(call, rows, lambda row: compact_body(row) if view == "compact" else header_body(call, row))

    return list_contracts


def shower(kind: str) -> Callable[[Call, int], Response]:
    def show_contract(call: Call, commitment_id: int) -> Response:
        project = call.project(call.require_int("project_id"))
        row = _of_kind(call, commitment_id, project["id"], kind)
        vendor = call.town.state.get(call.space, "vendor", row["vendor_id"]) or {}
        body = header_body(call, row)
        body["vendor"] = {**body["vendor"], "origin_id": vendor.get("origin_id"), "origin_data": vendor.get("origin_data")}
        return json_response(
            {
                **body, "line_items": [line_body(call, row, line) for line in original_lines(call, row)], "custom_fields": {},
                "change_order_packages": [], "change_order_requests": [], "potential_change_orders": [],
                "payments_issued": [], "invoice_contacts": [], "attachments": [], "created_by_id": None,
            }
        )  # fmt: skip

    return show_contract


def line_lister(kind: str) -> Callable[[Call, int], Response]:
    def list_lines(call: Call, commitment_id: int) -> Response:
        project = call.project(call.require_int("project_id"))
        row = _of_kind(call, commitment_id, project["id"], kind)
        return paged(call, original_lines(call, row), lambda line: line_body(call, row, line))

    return list_lines


def list_commitments(call: Call) -> Response:
    project = call.project(call.require_int("project_id"))
    rows = _rows(call, project["id"], {})

    def shown(row: Body) -> Body:
        names = ("id", "title", "number", "status", "description", "executed", "private", "created_at")
        body = {name: row[name] for name in names}
        return {**body, "delivery_date": None, "vendor": {"id": row["vendor_id"], "name": vendor_name(call, row)}}

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
    return paged(call, rows, lambda row: v2_body(call, row), default=10, maximum=100, envelope=True)


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
    return paged(call, rows, lambda row: change_order_body(call, row), maximum=10_000)


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
