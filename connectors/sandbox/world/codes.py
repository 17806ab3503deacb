"""A project's own cost codes, budget codes and budget, made from what its contracts use."""

from collections import defaultdict

from connectors.sandbox.world.money import text
from connectors.sandbox.world.plan import COST_TYPES
from connectors.sandbox.world.site import STORY_START, Site

TYPE_NAMES = dict(COST_TYPES)
BUDGET_MARGIN_PERCENT = 108
CONTINGENCY = "01-310"


def copy_all_codes(site: Site, project_id: int) -> None:
    for code in site.codes:
        code_id(site, project_id, code.full_code)


def code_id(site: Site, project_id: int, full_code: str) -> int:
    """The project's copy of a standard code; its division header comes with it."""
    known = site.code_ids.get((project_id, full_code))
    if known is not None:
        return known
    code = site.code_by_full[full_code]
    parent = code_id(site, project_id, code.division) if code.part else None
    row_id = site.code_ids[(project_id, full_code)] = site.next_id("cost_code")
    stamp = site.moment(STORY_START)
    project = site.project_by_id[project_id]
    site.state.put(site.space, "cost_code", row_id, {
        "id": row_id, "code": code.part or code.division, "full_code": full_code, "sortable_code": full_code, "name": code.name,
        "biller": project["display_name"], "biller_id": project_id, "biller_type": "Project", "biller_origin_id": None,
        "budgeted": False, "parent": {"id": parent}, "position": None, "project_id": project_id,
        "standard_cost_code_id": site.standard_ids[full_code], "origin_id": None, "origin_data": None,
        "line_item_types": [], "created_at": stamp, "updated_at": stamp, "deleted_at": None,
    }, parent=project_id, k1=full_code, updated=stamp)  # fmt: skip
    return row_id


def wbs_id(site: Site, project_id: int, full_code: str, type_code: str) -> int:
    """The budget code: cost code and cost type together."""
    key = (project_id, full_code, type_code)
    if key in site.wbs_ids:
        return site.wbs_ids[key]
    code = site.code_by_full[full_code]
    division = site.code_by_full[code.division]
    path = [division] if code is division else [division, code]
    path_ids = [code_id(site, project_id, step.full_code) for step in path]
    row_id = site.wbs_ids[key] = site.next_id("wbs_code")
    stamp = site.moment(STORY_START)
    type_id = site.type_ids[type_code]
    flat_name = f"{code.name}.{TYPE_NAMES[type_code]}"
    segments = [
        {
            "id": path_ids[-1], "code": code.part or code.division, "name": code.name,
            "parent_id": path_ids[0] if code.part else None, "path_code": full_code,
            "path_codes": [step.part or step.division for step in path], "path_ids": path_ids,
            "path_names": [step.name for step in path], "is_parent": not code.part, "in_use": True, "status": "active",
            "segment": {"id": 447_332, "name": "Cost Code", "type": "cost_code", "position": 0, "delimiter": ".",
                        "required": True, "structure": "tiered"},
        },
        {
            "id": type_id, "code": type_code, "name": TYPE_NAMES[type_code], "parent_id": None, "path_code": type_code,
            "path_codes": [type_code], "path_ids": [type_id], "path_names": [TYPE_NAMES[type_code]], "is_parent": False,
            "in_use": True, "status": "active",
            "segment": {"id": 447_333, "name": "Cost Type", "type": "line_item_type", "position": 1, "delimiter": ".",
                        "required": True, "structure": "flat"},
        },
    ]  # fmt: skip
    site.state.put(site.space, "wbs_code", row_id, {
        "id": row_id, "flat_code": f"{full_code}.{type_code}", "flat_name": flat_name, "description": flat_name,
        "status": "active", "wbs_pattern_id": 3_113_973, "segment_items": segments, "project_id": project_id,
        "cost_code_id": path_ids[-1], "line_item_type_id": type_id, "created_at": stamp, "updated_at": stamp,
    }, parent=project_id, k1=f"{full_code}.{type_code}", updated=stamp)  # fmt: skip
    return row_id


def build_budget(site: Site, project_id: int, committed: dict[tuple[str, str], int], *, total: int) -> None:
    """One row a budget code; what is not committed stands under supervision, so that the sum is the budget."""
    amounts: dict[tuple[str, str], int] = defaultdict(int)
    for key, amount in committed.items():
        amounts[key] += amount * BUDGET_MARGIN_PERCENT // 100
    amounts[(CONTINGENCY, "O")] += total - sum(amounts.values())
    project = site.project_by_id[project_id]
    for (full_code, type_code), amount in sorted(amounts.items()):
        budget_code = wbs_id(site, project_id, full_code, type_code)
        cost_code = code_id(site, project_id, full_code)
        _mark_budgeted(site, cost_code)
        row_id = site.next_id("budget_row")
        name = site.code_by_full[full_code].name
        root = code_id(site, project_id, full_code[:2])
        site.state.put(site.space, "budget_row", row_id, {
            "id": row_id, "deletable": False, "company_id": site.plan.procore_id, "company": site.plan.name,
            "project_id": project_id, "project": project["name"], "wbs_code_id": budget_code, "biller_id": project_id,
            "biller": project["display_name"], "biller_type": "Project", "root_cost_code_id": root,
            "root_cost_code": full_code[:2], "cost_code_id": cost_code, "cost_code": f"{full_code} - {name}",
            "cost_code_origin_id": None, "category_id": site.type_ids[type_code], "category": TYPE_NAMES[type_code],
            "original_budget_amount": text(amount), "budget_modifications": "0.00", "revised_budget": text(amount),
            "committed_costs": text(committed.get((full_code, type_code), 0)),
            "currency_configuration": {"currency_iso_code": site.plan.currency},
        }, parent=project_id)  # fmt: skip


def _mark_budgeted(site: Site, cost_code_id: int) -> None:
    body = site.state.get(site.space, "cost_code", cost_code_id)
    if body is not None and not body["budgeted"]:
        site.state.put(site.space, "cost_code", cost_code_id, {**body, "budgeted": True},
                       parent=body["project_id"], k1=body["full_code"], updated=body["updated_at"])  # fmt: skip
