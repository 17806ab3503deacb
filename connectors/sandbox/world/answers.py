"""The answer key: which ledger id each source code, vendor and project means, by natural keys on both sides."""

from typing import Any

from connectors.sandbox.world.divisions import UNMAPPED_CODES
from connectors.sandbox.world.ledger import RETAINAGE_ACCOUNT, account_of, vendor_id_of
from connectors.sandbox.world.plan import COST_TYPES
from connectors.sandbox.world.site import Site

ANSWERS_KEY = "answer_key"


def keep_answers(site: Site) -> None:
    answers = dict(site.state.meta(ANSWERS_KEY) or {})
    answers[str(site.plan.procore_id)] = _answers(site)
    site.state.set_meta(ANSWERS_KEY, answers)


def _answers(site: Site) -> dict[str, Any]:
    mapped = [code for code in site.codes if code.part and code.full_code not in UNMAPPED_CODES]
    left_out = [code.full_code for code in site.codes if not code.part or code.full_code in UNMAPPED_CODES]
    return {
        "source": {"system": "procore", "company_id": site.plan.procore_id, "name": site.plan.name},
        "ledger": {"system": "intacct", "company_id": site.plan.intacct_id, "currency": site.plan.currency},
        "cost_codes": [
            {"full_code": code.full_code, "name": code.name, "account": account_of(code.full_code), "task": code.full_code}
            for code in mapped
        ],
        "cost_codes_left_out": left_out,
        "cost_types": [{"code": code, "name": name, "cost_type": code} for code, name in COST_TYPES],
        "vendors": [
            {
                "id": vendor["id"],
                "name": vendor["name"],
                "tax_id": vendor["business_register"]["identifier"],
                "vendor_id": vendor_id_of(vendor),
            }
            for vendor in site.vendors if vendor["is_active"]  # the ledger refuses the others, so nobody can map to them
        ],
        "projects": [
            {"id": project["id"], "number": project["project_number"], "name": project["name"],
             "project_id": project["project_number"], "location_id": "100"}
            for project in site.projects
        ],
        "defaults": {"retainage_account": RETAINAGE_ACCOUNT, "location_id": "100"},
    }  # fmt: skip
