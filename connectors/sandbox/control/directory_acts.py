"""What people do around the invoices: give a line another code, merge vendors; and webhooks fired by hand."""

from typing import Any

from connectors.sandbox.clock import iso
from connectors.sandbox.control.asking import fields, missing
from connectors.sandbox.control.procore_acts import chain_of, space_of, tell
from connectors.sandbox.messages import Request
from connectors.sandbox.procore.events import announce
from connectors.sandbox.procore.requisitions import next_stamp
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town
from connectors.sandbox.world.claims import keep_requisition
from connectors.sandbox.world.contracts import keep_commitment


def recode(town: Town, request: Request, company: str) -> Any:
    """Give a contract line another cost code; its requisitions show it at once."""
    values = fields(request, allowed=("line_item_id", "cost_code_id"))
    return recode_line(town, space_of(town, company), line_id=int(values.get("line_item_id") or 0), code_id=int(values.get("cost_code_id") or 0))


def recode_line(town: Town, space: str, *, line_id: int, code_id: int) -> Any:
    with town.state.transaction():
        line = town.state.get(space, "line", line_id)
        code = town.state.get(space, "cost_code", code_id)
        if line is None or code is None or code["project_id"] != line["project_id"]:
            raise missing("There is no such line, or no such cost code in its project")
        kind = town.state.get(space, "line_item_type", line["line_item_type_id"]) or {}
        rows = [row for row in town.state.select(space, "wbs_code", Where(parents=[line["project_id"]]))
                if row["flat_code"] == f"{code['full_code']}.{kind.get('code')}"]  # fmt: skip
        wbs = rows[0] if rows else _new_budget_code(town, space, line, code, kind)
        changed = {**line, "cost_code_id": code["id"], "full_code": code["full_code"], "wbs_code_id": wbs["id"]}
        town.state.put(space, "line", line["id"], changed, parent=line["commitment_id"])
        for row in chain_of(town, space, line["commitment_id"]):
            if any(item["line"] == line["id"] for item in row["items"]):
                keep_requisition(town.state, space, {**row, "updated_at": next_stamp(town.clock.now(), row["updated_at"])})
        commitment = town.state.get(space, "commitment", line["commitment_id"])
        if commitment is not None:
            tell(town, space, commitment)
    return {"line_item_id": line["id"], "cost_code_id": code["id"], "full_code": code["full_code"]}


def _new_budget_code(town: Town, space: str, line: Body, code: Body, kind: Body) -> Body:
    old = town.state.get(space, "wbs_code", line["wbs_code_id"]) or {}
    row_id = town.state.next_id(f"{space}:wbs_code")
    flat = f"{code['full_code']}.{kind.get('code')}"
    parts = [dict(part) for part in old["segment_items"]]
    parts[0] |= {"id": code["id"], "code": code["code"], "name": code["name"], "path_code": code["full_code"], "is_parent": False}
    body = {**old, "id": row_id, "flat_code": flat, "flat_name": f"{code['name']}.{kind.get('name')}",
            "description": f"{code['name']}.{kind.get('name')}", "cost_code_id": code["id"], "segment_items": parts}  # fmt: skip
    town.state.put(space, "wbs_code", row_id, body, parent=line["project_id"], k1=flat, updated=iso(town.clock.now()))
    return body


def merge_vendors(town: Town, request: Request, company: str) -> Any:
    """People merge vendors on the screen: the source's id vanishes and everything points to the primary."""
    values = fields(request, allowed=("primary_id", "source_id"))
    space = space_of(town, company)
    primary, source = int(values.get("primary_id") or 0), int(values.get("source_id") or 0)
    with town.state.transaction():
        if town.state.get(space, "vendor", primary) is None or town.state.get(space, "vendor", source) is None:
            raise missing("There is no such vendor")
        moved = 0
        for row in list(town.state.select(space, "commitment")):
            if row["vendor_id"] == source:
                moved += 1
                keep_commitment(town.state, space, {**row, "vendor_id": primary, "updated_at": next_stamp(town.clock.now(), row["updated_at"])})
                for claim in chain_of(town, space, row["id"]):
                    stamp = next_stamp(town.clock.now(), claim["updated_at"])
                    keep_requisition(town.state, space, {**claim, "vendor_id": primary, "updated_at": stamp})
        town.state.delete(space, "vendor", Where(ids=[source]))
    return {"primary_id": primary, "source_id": source, "commitments_moved": moved}


def fire_webhook(town: Town, request: Request, company: str) -> Any:
    values = fields(request, allowed=("resource_name", "event_type", "resource_id", "project_id", "copies", "shuffle"))
    space_of(town, company)
    queued = announce(
        town, company_id=int(company), project_id=values.get("project_id"), resource=str(values.get("resource_name")),
        event=str(values.get("event_type", "update")), resource_id=int(values.get("resource_id") or 0),
        copies=int(values.get("copies", 1)), shuffle=bool(values.get("shuffle", False)),
    )  # fmt: skip
    return {"queued": queued}


def webhook_queue(town: Town, request: Request, company: str) -> Any:
    space = space_of(town, company)
    names = ("id", "hook_id", "outcome", "attempts", "response_status", "event")
    return {"deliveries": [{name: row[name] for name in names} for row in town.state.select(space, "delivery")]}
