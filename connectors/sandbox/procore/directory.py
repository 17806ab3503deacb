"""Companies, the caller, permissions, company settings and projects."""

from typing import Any

from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.procore.listing import filters, in_range, integers, moments, paged, sorted_rows
from connectors.sandbox.state import Body

PROJECT_FILTERS = [
    "by_status",
    "name",
    "project_number",
    "created_at",
    "updated_at",
    "origin_id",
    "id",
    "synced",
    "vendor_id",
    "is_demo",
    "custom_fields",
    "template",
    "by_owner_type",
    "by_department",
    "by_region",
    "by_office",
    "by_program",
    "by_stage",
    "by_type",
    "by_bid_type",
]
COMPACT_PROJECT = ("id", "name", "display_name", "project_number", "active", "address", "city", "state_code", "country_code", "zip")
EXTENDED_ONLY = ("start_date", "completion_date", "actual_start_date", "projected_finish_date", "standard_cost_code_list_id")
LEVELS = {"admin": {"id": 4, "name": "admin"}, "read_only": {"id": 2, "name": "read_only"}, "none": {"id": 1, "name": "none"}}
COMPANY_TOOLS = ("directory", "admin", "erp_integrations", "webhooks_api", "reports")
PROJECT_TOOLS = ("home", "budget", "commitments", "change_orders", "invoicing", "prime_contract", "directory")


def list_companies(call: Call) -> Response:
    rows = [row for row_id in call.companies if (row := call.town.state.get(f"procore:{row_id}", "company", row_id))]
    return paged(call, rows, lambda row: {key: value for key, value in row.items() if key != "currency"})


def show_me(call: Call) -> Response:
    user = call.caller
    scoped = call.request.one("company_id") or call.request.one("project_id")
    return json_response({"id": user["id"], "login": user["login"], **({"name": user["name"]} if scoped else {})})


def show_company_me(call: Call, company_id: int) -> Response:
    _same_company(call, company_id)
    user = call.caller
    return json_response(
        {
            "id": user["id"], "name": user["name"], "email_address": user["login"], "is_active": True, "is_employee": True,
            "erp_integrated_accountant": False, "company_permission_template_id": 1 if call.is_admin else 2,
            "permission_template": {
                "id": 1 if call.is_admin else 2, "name": "Company Admin" if call.is_admin else "Read Only",
                "project_specific": False, "type": "Company",
            },
            "vendor": None, "origin_id": None, "created_at": user["created_at"],
        }
    )  # fmt: skip


def _same_company(call: Call, company_id: int) -> None:
    if company_id != call.company_id:
        raise Refusal(403, "You do not have access to this company")


def show_permissions(call: Call) -> Response:
    tools: tuple[str, ...]
    if call.request.one("project_id"):
        scope, tools = f"/{call.project(call.require_int('project_id'))['id']}/project", PROJECT_TOOLS
    elif call.request.one("company_id"):
        _same_company(call, call.require_int("company_id"))
        scope, tools = f"/{call.company_id}/company", COMPANY_TOOLS
    else:
        raise Refusal(400, "param is missing or the value is empty: company_id")
    level = LEVELS[call.caller.get("level", "none")]
    return json_response(
        {
            "tools": [
                {
                    "id": number, "name": tool, "friendly_name": tool.replace("_", " ").title(), "domain_id": 2,
                    "tab_group": "core", "available_for_user": True, "url": f"{scope}/{tool}", "user_access_level": level,
                    "permitted_actions": [], "create_url": None, "can_create": call.is_admin, "trial": False,
                }
                for number, tool in enumerate(tools, start=1)
            ]
        }
    )  # fmt: skip


def show_company_configuration(call: Call) -> Response:
    _same_company(call, call.require_int("company_id"))
    return json_response({"currency_symbol": "$", "currency_display": "symbol", "currency_iso_code": _currency(call), "time_zone": "US/Pacific"})


def show_currency_configuration(call: Call, company_id: int) -> Response:
    _same_company(call, company_id)
    return json_response({"currency_iso_code": _currency(call), "multicurrency_enabled": False})


def _currency(call: Call) -> str:
    company = call.town.state.get(call.space, "company", call.company_id)
    return str(company["currency"]) if company else "USD"


def show_base_url(call: Call) -> Response:
    return json_response({"zone": "us01", "web_base_url": f"{call.town.address}/procore"})


def visible_projects(call: Call) -> list[Body]:
    permitted = call.caller.get("permitted_projects")
    rows = list(call.town.state.select(call.space, "project"))
    return rows if permitted is None else rows[: int(permitted)]


def list_projects(call: Call) -> Response:
    _same_company(call, call.require_int("company_id"))
    asked = filters(call, known=PROJECT_FILTERS)
    updated, created = moments(asked.get("updated_at")), moments(asked.get("created_at"))
    ids = integers(asked.get("id"), name="id")
    rows = [
        row
        for row in visible_projects(call)
        if in_range(row, "updated_at", updated)
        and in_range(row, "created_at", created)
        and (ids is None or row["id"] in ids)
        and _project_passes(row, asked)
    ]
    rows = sorted_rows(call, rows, allowed=("name", "display_name"))
    view = call.request.one("view") or "normal"
    maximum = 200_000 if view == "ids" else 300
    return paged(call, rows, lambda row: _project(row, view), default=100, maximum=maximum)


def _project_passes(row: Body, asked: dict[str, list[str]]) -> bool:
    status = asked.get("by_status", ["Active"])[0]
    if status not in ("All", "Active", "Inactive"):
        raise Refusal(400, f"Unknown project status {status}")
    if status != "All" and row["active"] != (status == "Active"):
        return False
    plain = ("name", "project_number", "origin_id")
    return all(str(row.get(name)) in asked[name] for name in plain if name in asked)


def _project(row: Body, view: str) -> Any:
    if view == "ids":
        return {"id": row["id"]}
    if view == "compact":
        return {name: row[name] for name in COMPACT_PROJECT}
    if view not in ("normal", "extended"):
        raise Refusal(400, f"Unknown view: {view}")
    hidden = () if view == "extended" else EXTENDED_ONLY
    return {name: value for name, value in row.items() if name not in hidden and name != "is_erp_integrated"}


def list_company_projects(call: Call, company_id: int) -> Response:
    _same_company(call, company_id)
    return paged(call, visible_projects(call), lambda row: {
        "id": row["id"], "name": row["name"], "stage_name": row["stage"], "status_name": "Active" if row["active"] else "Inactive",
        "address": {"street": row["address"], "city": row["city"], "state_code": row["state_code"], "zip": row["zip"]},
        "type_name": None,
    })  # fmt: skip


def show_project(call: Call, project_id: int) -> Response:
    _same_company(call, call.require_int("company_id"))
    return json_response(call.project(project_id))
