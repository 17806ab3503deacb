"""A Procore company before any contract: people, sign-ins, vendors, projects, codes."""

from datetime import UTC, datetime, timedelta

from connectors.sandbox.world.divisions import COST_CODES, CostCode
from connectors.sandbox.world.names import vendor_names
from connectors.sandbox.world.plan import COST_TYPES, PERIODS
from connectors.sandbox.world.site import STORY_START, Site

INACTIVE_VENDORS = 2


def build_directory(site: Site) -> None:
    _company(site)
    site.codes = _chosen_codes(site)
    site.code_by_full = {code.full_code: code for code in site.codes}
    _standard_codes(site)
    _cost_types(site)
    _vendors(site)
    for position in range(site.plan.projects):
        _project(site, position)


def _company(site: Site) -> None:
    plan, state = site.plan, site.state
    stamp = site.moment(STORY_START)
    state.put(site.space, "company", plan.procore_id, {
        "id": plan.procore_id, "name": plan.name, "is_active": True, "logo_url": None,
        "pcn_business_experience": False, "my_company": True, "currency": plan.currency,
    })  # fmt: skip
    person, robot, field_robot = (site.next_id("user") for _ in range(3))
    people = (
        (person, plan.user_login, plan.user_login.split("@")[0].replace(".", " ").title(), "admin", None),
        (robot, f"{plan.client_id}@service.example", "OneCore Service Account", "admin", None),
        (field_robot, f"field-{plan.client_id}@service.example", "Field Service Account", "read_only", 1),
    )
    for user_id, login, name, level, permitted in people:
        state.put("procore", "user", user_id, {
            "id": user_id, "login": login, "name": name, "companies": [plan.procore_id],
            "level": level, "permitted_projects": permitted, "created_at": stamp,
        }, k1=login)  # fmt: skip
    apps = (
        (plan.client_id, plan.client_secret, robot),
        (f"field-{plan.client_id}", f"field-{plan.client_secret}", field_robot),
    )
    for client_id, secret, user_id in apps:
        state.put("procore", "app", user_id, {
            "id": user_id, "client_id": client_id, "client_secret": secret, "user_id": user_id,
            "companies": [plan.procore_id], "redirect_uris": [],
        }, k1=client_id)  # fmt: skip


def _chosen_codes(site: Site) -> tuple[CostCode, ...]:
    if site.plan.code_count >= len(COST_CODES):
        return COST_CODES
    return COST_CODES[: site.plan.code_count]


def _standard_codes(site: Site) -> None:
    list_id = standard_list_id(site)
    site.state.put(site.space, "standard_cost_code_list", list_id, {
        "id": list_id, "name": "Company Standard", "is_erp_list": False, "available_to_use_on_new_projects": True,
    })  # fmt: skip
    for code in site.codes:
        row_id = site.standard_ids[code.full_code] = site.next_id("standard_cost_code")
        site.state.put(site.space, "standard_cost_code", row_id, {
            "id": row_id, "standard_cost_code_list_id": list_id,
            "parent_id": site.standard_ids[code.division] if code.part else None,
            "code": code.part or code.division, "full_code": code.full_code, "name": code.name,
            "origin_id": None, "origin_data": None,
        }, parent=list_id, k1=code.full_code)  # fmt: skip


def standard_list_id(site: Site) -> int:
    return 900 + site.plan.id_base


def _cost_types(site: Site) -> None:
    base_types = {"L": "other", "M": "materials", "S": "commitment", "E": "equipment", "O": "other"}
    for code, name in COST_TYPES:
        row_id = site.type_ids[code] = site.next_id("line_item_type")
        site.state.put(site.space, "line_item_type", row_id, {
            "id": row_id, "name": name, "code": code, "base_type": base_types[code], "origin_id": None, "origin_data": None,
        }, k1=code)  # fmt: skip
    tax_id = site.next_id("tax_code")
    site.state.put(site.space, "tax_code", tax_id, {
        "id": tax_id, "code": "EXEMPT", "description": "No sales tax on subcontracts", "rate1": 0.0, "archived": False,
        "default_tax_code": True, "origin_id": None, "origin_data": None,
    })  # fmt: skip


def _vendors(site: Site) -> None:
    names = vendor_names(site.plan.vendor_count, seed=site.seed, twins=site.plan.twins)
    for position, entry in enumerate(names):
        row_id = site.next_id("vendor")
        inactive = site.plan.twins and site.plan.vendors - 6 <= position < site.plan.vendors - 6 + INACTIVE_VENDORS
        stamp = site.moment(STORY_START + timedelta(days=position % 60, minutes=position))
        body = {
            "id": row_id, "name": entry.name, "abbreviated_name": entry.abbreviated or None, "legal_name": entry.name,
            "trade_name": None, "company": entry.name, "address": entry.street, "city": entry.city, "zip": entry.zip,
            "state_code": entry.state, "country_code": "US", "business_phone": entry.phone, "mobile_phone": None,
            "fax_number": None, "email_address": entry.email, "website": None, "is_active": not inactive,
            "origin_id": None, "origin_data": None, "origin_code": None, "synced_to_erp": False,
            "business_register": {
                "id": 550_000 + row_id, "type": "ein", "identifier": entry.ein, "verified_at": None, "verification_status": None,
            },
            "business_id": None, "authorized_bidder": True, "prequalified": position % 3 != 0, "union_member": False,
            "non_union_prevailing_wage": False, "labor_union": None, "license_number": None, "notes": None,
            "vendor_group": None, "parent": None, "primary_contact": None, "trades": [], "standard_cost_codes": [],
            "project_ids": [], "children_count": 0, "contact_count": 1, "company_vendor": False, "is_connected": False,
            "logo": None, "attachments": [], "created_at": stamp, "updated_at": stamp,
        }  # fmt: skip
        site.state.put(site.space, "vendor", row_id, body, k1=entry.name, updated=stamp)
        site.vendors.append({**body, "position": position, "twin_of": entry.twin_of})


def _project(site: Site, position: int) -> None:
    plan = site.plan
    phase, slot = divmod(position, len(plan.budgets))
    row_id = site.next_id("project")
    number = f"25-{101 + position}"
    name = plan.project_names[slot] + (f" Phase {phase + 1}" if phase else "")
    stamp = site.moment(STORY_START + timedelta(days=position % 90))
    body = {
        "id": row_id, "name": name, "display_name": f"{number} - {name}", "project_number": number, "active": True,
        "address": f"{400 + position} Main St", "city": "Seattle", "state_code": "WA", "country_code": "US",
        "zip": "98101", "county": "King", "time_zone": "America/Los_Angeles", "latitude": None, "longitude": None,
        "stage": "Course of Construction", "project_stage": {"id": 3, "name": "Course of Construction"}, "phone": None,
        "origin_id": None, "origin_data": None, "origin_code": None, "total_value": f"{plan.budgets[slot]}.0",
        "accounting_project_number": number, "store_number": None, "start_date": "2026-05-04",
        "completion_date": "2027-12-17", "actual_start_date": "2026-05-11", "projected_finish_date": "2027-12-17",
        "standard_cost_code_list_id": standard_list_id(site), "is_erp_integrated": False, "parent_job_id": None,
        "office": None, "departments": [], "custom_fields": {}, "company": {"id": plan.procore_id, "name": plan.name},
        "created_at": stamp, "updated_at": stamp, "is_demo": False, "template": False,
    }  # fmt: skip
    site.state.put(site.space, "project", row_id, body, k1=number, updated=stamp)
    site.projects.append({**body, "budget": plan.budgets[slot] * 100, "slot": slot, "phase": phase})
    site.project_by_id[row_id] = site.projects[-1]
    site.used_codes[row_id] = set()
    site.periods[row_id] = [_period(site, row_id, index) for index in range(len(PERIODS))]


def _period(site: Site, project_id: int, index: int) -> int:
    start, end = PERIODS[index]
    row_id = site.next_id("billing_period")
    stamp = site.moment(datetime(start.year, start.month, 1, 15, tzinfo=UTC))
    site.state.put(site.space, "billing_period", row_id, {
        "id": row_id, "project_id": project_id, "position": index + 1, "start_date": start.isoformat(),
        "end_date": end.isoformat(), "due_date": (end + timedelta(days=30)).isoformat(), "status": "open",
        "created_at": stamp, "updated_at": stamp,
    }, parent=project_id, updated=stamp)  # fmt: skip
    return row_id
