"""Webhooks: hooks and triggers as v1.0 manages them, and the events that wait for delivery."""

import re
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.procore.listing import paged
from connectors.sandbox.state import Body, Where

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
API_VERSIONS = ("v2", "v2.0")
EVENTS = ("create", "update", "delete")
COMPANY_RESOURCES: dict[str, tuple[str, ...]] = {
    "Company Vendors": ("create", "update"),
    "Company Users": ("create", "update"),
    "Projects": ("create", "update"),
    "Line Item Types": EVENTS,
    "Standard Cost Codes": EVENTS,
    "Standard Cost Code Lists": ("create",),
}
PROJECT_RESOURCES: dict[str, tuple[str, ...]] = dict.fromkeys(
    (
        "Work Order Contracts", "Work Order Contract Line Items", "Purchase Order Contracts", "Purchase Order Contract Line Items",
        "Prime Contracts", "Prime Contract Line Items", "Change Order Packages", "Change Order Requests", "Potential Change Orders",
        "Payment Applications", "Contract Payments", "Direct Costs", "Direct Cost Line Items", "Budget Line Items",
        "Budget Modifications", "Cost Codes", "Sub Jobs", "Project Vendors", "Project Users",
    ),
    EVENTS,
)  # fmt: skip
MAX_BULK = 500


def _scope(call: Call) -> int:
    """0 for the company's hooks, else the project."""
    value = call.request.one("project_id")
    if value is None and call.request.method != "GET" and call.request.body:
        value = call.body().get("project_id")
    if value is not None:
        return int(call.project(call.require_int("project_id"))["id"])
    if call.require_int("company_id") != call.company_id:
        raise Refusal(403, "You do not have access to this company")
    return 0


def list_hooks(call: Call) -> Response:
    scope = _scope(call)
    namespace = call.request.one("namespace")
    rows = [row for row in call.town.state.select(call.space, "hook", Where(parents=[scope])) if namespace is None or row["namespace"] == namespace]
    return paged(call, rows, _shown)


def create_hook(call: Call) -> Response:
    scope = _scope(call)
    call.admin_only()
    values = call.wrapped("hook")
    row: Body = {"id": call.town.state.next_id("procore:hook", start=8001), "project_id": scope or None, "company_id": call.company_id,
                 "user_id": call.caller["id"], "api_version": None, "namespace": "procore", "destination_url": None,
                 "destination_headers": {}, "failures": 0, "retry_at": 0.0, "first_failure_at": None}  # fmt: skip
    return json_response(_shown(_save(call, _changed(row, values), scope)), status=201)


def update_hook(call: Call, hook_id: int) -> Response:
    scope = _scope(call)
    call.admin_only()
    return json_response(_shown(_save(call, _changed(_hook(call, hook_id, scope), call.wrapped("hook")), scope)))


def delete_hook(call: Call, hook_id: int) -> Response:
    scope = _scope(call)
    call.admin_only()
    row = _hook(call, hook_id, scope)
    call.town.state.delete(call.space, "trigger", Where(parents=[row["id"]]))
    call.town.state.delete(call.space, "hook", Where(ids=[row["id"]]))
    return json_response(_shown(row))


def _hook(call: Call, hook_id: int, scope: int) -> Body:
    row = call.town.state.get(call.space, "hook", hook_id)
    if row is None or (row["project_id"] or 0) != scope:
        raise Refusal(404, "Hook not found")
    return row


def _changed(row: Body, values: Body) -> Body:
    unknown = set(values) - {"api_version", "namespace", "destination_url", "destination_headers"}
    if unknown:
        raise Refusal(406, f"Unknown field: {sorted(unknown)[0]}")
    changed = {**row, **values}
    if changed["api_version"] not in API_VERSIONS:
        raise Refusal(422, "Api version is not included in the list", fields={"api_version": ["is not included in the list"]})
    if not re.fullmatch(r"[a-z0-9-]+", str(changed["namespace"])):
        raise Refusal(422, "Namespace is invalid", fields={"namespace": ["may hold a-z, 0-9 and - only"]})
    parts = urlsplit(str(changed["destination_url"] or ""))
    if parts.scheme not in ("http", "https") or not parts.hostname or (parts.scheme == "http" and parts.hostname not in LOOPBACK):
        raise Refusal(422, "Destination url must be https", fields={"destination_url": ["must be an https address"]})
    headers = changed["destination_headers"] or {}
    if not isinstance(headers, dict) or set(headers) - {"Authorization"}:
        raise Refusal(422, "Destination headers are invalid", fields={"destination_headers": ["take Authorization only"]})
    return {**changed, "destination_headers": headers}


def _save(call: Call, row: Body, scope: int) -> Body:
    call.town.state.put(call.space, "hook", row["id"], row, parent=scope)
    return row


def _shown(row: Body) -> Body:
    masked = {name: "*" * max(0, len(value) - 5) + value[-5:] for name, value in row["destination_headers"].items()}
    return {
        "id": row["id"], "api_version": row["api_version"], "namespace": row["namespace"],
        "destination_url": row["destination_url"], "destination_headers": masked,
        "owned_by_company_id": None if row["project_id"] else row.get("company_id"),
        "owned_by_project_id": row["project_id"], "owned_by_user_id": row["user_id"],
    }  # fmt: skip


def list_triggers(call: Call, hook_id: int) -> Response:
    row = _hook(call, hook_id, _scope(call))
    return paged(call, list(call.town.state.select(call.space, "trigger", Where(parents=[row["id"]]))), dict)


def create_trigger(call: Call, hook_id: int) -> Response:
    scope = _scope(call)
    call.admin_only()
    hook = _hook(call, hook_id, scope)
    if call.body().get("api_version") not in API_VERSIONS:
        raise Refusal(400, "param is missing or the value is empty: api_version")
    return json_response(_add_trigger(call, hook, call.wrapped("trigger")), status=201)


def create_triggers(call: Call, hook_id: int) -> Response:
    scope = _scope(call)
    call.admin_only()
    hook = _hook(call, hook_id, scope)
    wanted = call.body().get("triggers")
    if not isinstance(wanted, list):
        raise Refusal(400, "param is missing or the value is empty: triggers")
    if len(wanted) > MAX_BULK:
        raise Refusal(413, f"At most {MAX_BULK} triggers at once")
    success: list[Any] = []
    failed: list[Any] = []
    for values in wanted:
        try:
            success.append(_add_trigger(call, hook, values))
        except Refusal as refusal:
            failed.append({"code": refusal.status, "message": refusal.message, "trigger": values, "errors": refusal.fields})
    return json_response({"success": success, "failed": failed}, status=207 if failed else 200)


def delete_trigger(call: Call, hook_id: int, trigger_id: int) -> Response:
    hook = _hook(call, hook_id, _scope(call))
    call.admin_only()
    row = call.town.state.get(call.space, "trigger", trigger_id)
    if row is None or row["webhook_hook_id"] != hook["id"]:
        raise Refusal(404, "Trigger not found")
    call.town.state.delete(call.space, "trigger", Where(ids=[trigger_id]))
    return json_response(row)


def _add_trigger(call: Call, hook: Body, values: Body) -> Body:
    name, event = str(values.get("resource_name") or ""), str(values.get("event_type") or "")
    allowed = (PROJECT_RESOURCES if hook["project_id"] else COMPANY_RESOURCES).get(name)
    if allowed is None:
        raise Refusal(422, f"Resource name {name!r} is not available", fields={"resource_name": ["is not included in the list"]})
    if event.lower() not in allowed:
        raise Refusal(422, f"Event type {event!r} is not available", fields={"event_type": ["is not included in the list"]})
    for row in call.town.state.select(call.space, "trigger", Where(parents=[hook["id"]])):
        if (row["resource_name"], row["event_type"]) == (name, event.upper()):
            raise Refusal(422, "Trigger already exists", fields={"base": ["has already been taken"]})
    row = {"id": call.town.state.next_id("procore:trigger", start=91_001), "webhook_hook_id": hook["id"],
           "resource_name": name, "event_type": event.upper()}  # fmt: skip
    call.town.state.put(call.space, "trigger", row["id"], row, parent=hook["id"])
    return row


def list_resources(call: Call) -> Response:
    known = PROJECT_RESOURCES if _scope(call) else COMPANY_RESOURCES
    rows = [
        {"id": number, "api_version": "v2.0", "product_category": "Financials", "tools": name, "except": [],
         **{event: name if event in events else "" for event in EVENTS}}
        for number, (name, events) in enumerate(known.items(), start=1)
    ]  # fmt: skip
    return paged(call, [dict(row) for row in rows], lambda row: {key: value for key, value in row.items() if key != "id"})


def list_deliveries(call: Call, hook_id: int) -> Response:
    hook = _hook(call, hook_id, _scope(call))
    rows = list(call.town.state.select(call.space, "delivery", Where(parents=[hook["id"]])))
    return json_response([{key: row[key] for key in ("id", "event", "event_id", "outcome", "response_status", "started_at",
                                                     "completed_at")} for row in rows])  # fmt: skip


# ---- events
