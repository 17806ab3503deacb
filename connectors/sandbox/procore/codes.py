"""Cost codes, cost types, tax codes, budget codes and budget views: read only here."""

from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.procore.listing import filters, in_range, integers, moments, paged
from connectors.sandbox.state import Body, Where

BUDGET_VIEW_ID = 5101
HIDDEN = ("project_id", "cost_code_id", "line_item_type_id")


def list_standard_lists(call: Call) -> Response:
    _company(call)
    return paged(call, list(call.town.state.select(call.space, "standard_cost_code_list")), dict)


def show_standard_list(call: Call, list_id: int) -> Response:
    _company(call)
    return json_response(_found(call, "standard_cost_code_list", list_id))


def list_standard_codes(call: Call) -> Response:
    _company(call)
    list_id = call.require_int("standard_cost_code_list_id")
    _found(call, "standard_cost_code_list", list_id)
    rows = list(call.town.state.select(call.space, "standard_cost_code", Where(parents=[list_id])))
    return paged(call, _by_origin(call, rows), dict)


def show_standard_code(call: Call, code_id: int) -> Response:
    _company(call)
    return json_response(_found(call, "standard_cost_code", code_id))


def list_cost_codes(call: Call) -> Response:
    project = call.project(call.require_int("project_id"))
    asked = filters(call, known=("id", "origin_id"))
    ids = integers(asked.get("id"), name="id")
    rows = [
        row
        for row in call.town.state.select(call.space, "cost_code", Where(parents=[project["id"]]))
        if (ids is None or row["id"] in ids) and ("origin_id" not in asked or row["origin_id"] in asked["origin_id"])
    ]
    return paged(call, rows, _without)


def show_cost_code(call: Call, code_id: int) -> Response:
    return json_response(_without(_in_project(call, "cost_code", code_id)))


def list_cost_types(call: Call) -> Response:
    _scope(call)
    return paged(call, _by_origin(call, list(call.town.state.select(call.space, "line_item_type"))), dict)


def show_cost_type(call: Call, type_id: int) -> Response:
    _scope(call)
    return json_response(_found(call, "line_item_type", type_id))


def list_tax_codes(call: Call) -> Response:
    _company(call)
    return paged(call, list(call.town.state.select(call.space, "tax_code")), dict, maximum=100)


def show_tax_code(call: Call, code_id: int) -> Response:
    _company(call)
    return json_response(_found(call, "tax_code", code_id))


def list_wbs_codes(call: Call, project_id: int) -> Response:
    project = call.project(project_id)
    asked = filters(call, known=("status", "updated_at"))
    updated = moments(asked.get("updated_at"))
    query = (call.request.one("query") or "").lower()
    rows = [
        row
        for row in call.town.state.select(call.space, "wbs_code", Where(parents=[project["id"]]))
        if in_range(row, "updated_at", updated)
        and ("status" not in asked or row["status"] in asked["status"])
        and query in f"{row['flat_code']} {row['description']}".lower()
    ]
    return paged(call, rows, _without)


def list_budget_views(call: Call) -> Response:
    if call.request.one("project_id"):
        call.project(call.require_int("project_id"))
    view = {
        "id": BUDGET_VIEW_ID, "name": "Standard Budget", "description": "", "role": "standard",
        "created_by": {"id": call.caller["id"], "name": call.caller["name"], "login": call.caller["login"]},
        "created_at": "2026-05-04T16:00:00Z", "updated_at": "2026-05-04T16:00:00Z",
        "links": {
            "detail_rows": f"/rest/v1.0/budget_views/{BUDGET_VIEW_ID}/detail_rows",
            "summary_rows": f"/rest/v1.0/budget_views/{BUDGET_VIEW_ID}/summary_rows",
        },
    }  # fmt: skip
    return paged(call, [view], dict)


def list_budget_rows(call: Call, view_id: int) -> Response:
    if view_id != BUDGET_VIEW_ID:
        raise Refusal(404, "Budget view not found")
    project = call.project(call.require_int("project_id"))
    return paged(call, list(call.town.state.select(call.space, "budget_row", Where(parents=[project["id"]]))), dict)


def _company(call: Call) -> None:
    if call.require_int("company_id") != call.company_id:
        raise Refusal(403, "You do not have access to this company")


def _scope(call: Call) -> None:
    if call.request.one("project_id"):
        call.project(call.require_int("project_id"))
    else:
        _company(call)


def _found(call: Call, kind: str, row_id: int) -> Body:
    row = call.town.state.get(call.space, kind, row_id)
    if row is None:
        raise Refusal(404, "Not found")
    return row


def _in_project(call: Call, kind: str, row_id: int) -> Body:
    project = call.project(call.require_int("project_id"))
    row = _found(call, kind, row_id)
    if row["project_id"] != project["id"]:
        raise Refusal(404, "Not found")
    return row


def _by_origin(call: Call, rows: list[Body]) -> list[Body]:
    asked = filters(call, known=("origin_id",))
    return [row for row in rows if "origin_id" not in asked or row["origin_id"] in asked["origin_id"]]


def _without(row: Body) -> Body:
    return {key: value for key, value in row.items() if key not in HIDDEN}
