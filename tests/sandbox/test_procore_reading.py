"""Lists of the pretend Procore: paging, filters, visibility, limits, and figures that hold to the cent."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.sandbox.speaking import ProcoreCaller
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]
PAYABLE = ("approved", "approved_as_noted")


@pytest.fixture
def everything(procore: ProcoreCaller) -> list[dict[str, Any]]:
    return [row for project in procore.projects() for row in procore.requisitions(project["id"], view="extended")]


def test_the_contractor_has_the_promised_size(sandbox: Sandbox, procore: ProcoreCaller, everything: list[dict[str, Any]]) -> None:
    projects = procore.projects()
    assert len(projects) == 5
    rows = [row for project in projects for row in procore.get("v1.0/budget_views/5101/detail_rows", project_id=project["id"], per_page=1000).json()]
    assert sum(Decimal(row["original_budget_amount"]) for row in rows) == Decimal(35_000_000)
    assert int(procore.get("v1.0/vendors", company_id=procore.company_id).headers["Total"]) >= 60
    codes = procore.get("v1.0/cost_codes", project_id=projects[0]["id"], per_page=1000)
    assert codes.headers["Total"] == "150"
    assert sum(row["status"] in PAYABLE for row in everything) == 120
    assert any(row["status"] not in PAYABLE for row in everything)
    source = sandbox.get(f"source/procore/{procore.company_id}/requisitions")
    assert source["totals"]["USD"]["count"] == 120
    assert {row["id"]: row["net"] for row in source["requisitions"]} == {
        row["id"]: row["summary"]["current_payment_due"] for row in everything if row["status"] in PAYABLE
    }


def test_every_chain_of_requisitions_holds_to_the_cent(everything: list[dict[str, Any]]) -> None:
    by_id = {row["id"]: row for row in everything}
    for row in everything:
        previous = by_id.get(row["previous_requisition_id"])
        before = {item["line_item_id"]: item for item in previous["items"]} if previous else {}
        net = Decimal(0)
        for item in row["items"]:
            value = {key: Decimal(text) for key, text in item.items() if isinstance(text, str) and _is_number(text)}
            old = before.get(item["line_item_id"])
            done = value["work_completed_from_previous_application"] + value["work_completed_this_period"] + value["materials_presently_stored"]
            assert value["total_completed_and_stored_to_date"] == done
            held = _held(value)
            done_before = Decimal(old["total_completed_and_stored_to_date"]) if old else Decimal(0)
            held_before = (
                _held({key: Decimal(text) for key, text in old.items() if isinstance(text, str) and _is_number(text)}) if old else Decimal(0)
            )
            net += done - done_before - (held - held_before)
        summary = {key: Decimal(text) for key, text in row["summary"].items() if _is_number(text)}
        assert net == summary["current_payment_due"]
        assert summary["total_earned_less_retainage"] == summary["total_completed_and_stored_to_date"] - summary["total_retainage"]
        assert summary["current_payment_due"] == summary["total_earned_less_retainage"] - summary["less_previous_certificates_for_payment"]
        if previous:
            assert row["summary"]["less_previous_certificates_for_payment"] == previous["summary"]["total_earned_less_retainage"]


def _held(value: dict[str, Decimal]) -> Decimal:
    return (
        value["work_completed_retainage_from_previous_application"]
        + value["work_completed_retainage_retained_this_period"]
        - value["work_completed_retainage_released_this_period"]
        + value["materials_stored_retainage_currently_retained"]
    )


def _is_number(text: str) -> bool:
    return text.replace("-", "", 1).replace(".", "", 1).isdigit()


def test_the_oddities_are_there(procore: ProcoreCaller, everything: list[dict[str, Any]], sandbox: Sandbox) -> None:
    payable = [row for row in everything if row["status"] in PAYABLE]
    items = [item for row in payable for item in row["items"]]
    assert any(Decimal(item["materials_presently_stored"]) > 0 for item in items)
    assert any(Decimal(item["materials_moved"]) > 0 for item in items)
    assert any(Decimal(item["work_completed_this_period"]) < 0 for item in items)
    assert [row["invoice_type"] for row in payable].count("retainage_release") == 1
    assert sum(row["billing_date"] <= "2026-08-31" for row in payable) == 3
    assert any(row["invoice_number"] == "" for row in payable)
    assert any(len(row["invoice_number"]) > 45 for row in payable)
    assert all(row["id"] > 2**32 for row in payable)
    assert all(Decimal(row["summary"]["current_payment_due"]) > 0 for row in payable)
    texts = "".join(item["description_of_work"] for item in items)
    assert all(sign in texts for sign in ("\x07", "\u202e", "]]>", "🏗", "&"))
    key = sandbox.get("answer_key")["companies"][str(procore.company_id)]
    mapped = {entry["full_code"] for entry in key["cost_codes"]}
    assert len(mapped) + len(key["cost_codes_left_out"]) == 150
    used = {
        item["wbs_code"]["flat_code"].rsplit(".", 1)[0]
        for row in payable for item in row["items"] if Decimal(item["gross_amount"])
    }  # fmt: skip
    assert used - mapped == {"03", "13-340", "44-100"}
    known = {entry["id"] for entry in key["vendors"]}
    assert {row["vendor_id"] for row in payable} <= known


def test_a_held_requisition_has_successors_that_wait(everything: list[dict[str, Any]]) -> None:
    chains: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in everything:
        chains[row["commitment_id"]].append(row)
    closed = [chain for chain in chains.values() if min(row["billing_date"] for row in chain) <= "2026-08-31"]
    assert any(len(chain) > 1 for chain in closed)


def test_pages_carry_links_total_and_size(procore: ProcoreCaller) -> None:
    project = procore.projects()[0]["id"]
    first = procore.get("v1.1/requisitions", project_id=project, per_page=10)
    assert first.headers["Per-Page"] == "10"
    assert 'rel="next"' in first.headers["Link"]
    assert 'rel="prev"' not in first.headers["Link"]
    seen: list[int] = []
    for page in range(1, 10):
        answer = procore.get("v1.1/requisitions", project_id=project, per_page=10, page=page)
        seen += [row["id"] for row in answer.json()]
        if 'rel="next"' not in answer.headers.get("Link", ""):
            break
    assert len(seen) == len(set(seen)) == int(first.headers["Total"])


def test_page_sizes_have_the_documented_defaults_and_ceilings(procore: ProcoreCaller) -> None:
    project = procore.projects()[0]["id"]
    assert procore.get("v1.1/requisitions", project_id=project).headers["Per-Page"] == "30"
    path = f"v2.0/companies/{procore.company_id}/projects/{project}/commitment_contracts"
    answer = procore.get(path, per_page=5000)
    assert answer.headers["Per-Page"] == "100"
    assert all(isinstance(row["id"], str) for row in answer.json()["data"])
    assert procore.get("v1.1/projects", company_id=procore.company_id, per_page=1000).headers["Per-Page"] == "300"


def test_requisitions_filter_by_the_documented_names_only(procore: ProcoreCaller) -> None:
    project = procore.projects()[0]["id"]
    rows = procore.requisitions(project)
    some = rows[0]
    by_time = procore.requisitions(project, **{"filters[updated_at]": f'"{some["updated_at"]}...{some["updated_at"]}"'})
    assert some["id"] in [row["id"] for row in by_time]
    assert len(by_time) < len(rows)
    by_day = procore.requisitions(project, **{"filters[updated_at]": "2020-01-01...2020-12-31"})
    assert by_day == []
    by_contract = procore.requisitions(project, **{"filters[commitment_id]": some["commitment_id"]})
    assert {row["commitment_id"] for row in by_contract} == {some["commitment_id"]}
    by_status = procore.requisitions(project, **{"filters[status][]": ["draft", "approved_as_noted"]})
    assert {row["status"] for row in by_status} <= {"draft", "approved_as_noted"}
    assert [row["id"] for row in procore.requisitions(project, **{"filters[id]": some["id"]})] == [some["id"]]
    assert procore.get("v1.1/requisitions", project_id=project, **{"filters[colour]": "red"}).status_code == 400
    assert procore.get("v1.1/requisitions", project_id=project, **{"filters[updated_at]": "2026-01-01..2026-02-01"}).status_code == 400
    assert procore.get("v1.1/requisitions", project_id=project, **{"filters[status]": "paid"}).status_code == 400
    assert procore.get("v1.1/requisitions").status_code == 400
    assert procore.get("v1.1/requisitions", project_id=project, view="everything").status_code == 400


def test_what_is_not_visible_does_not_exist(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    projects = procore.projects()
    requisition = procore.requisitions(projects[0]["id"])[0]
    assert procore.get(f"v1.1/requisitions/{requisition['id']}", project_id=projects[0]["id"]).status_code == 200
    assert procore.get(f"v1.1/requisitions/{requisition['id']}", project_id=projects[1]["id"]).status_code == 404
    assert procore.get(f"v1.1/requisitions/{requisition['id']}").status_code == 400
    narrow = ProcoreCaller.signed_in(sandbox, "Cascadia", restricted=True)
    assert len(narrow.projects()) == 1
    assert narrow.get("v1.1/requisitions", project_id=projects[1]["id"]).status_code == 404
    assert narrow.get("v1.0/vendors/1", company_id=narrow.company_id).status_code == 404
    tools = narrow.get("v1.0/settings/permissions", company_id=narrow.company_id).json()["tools"]
    assert {tool["user_access_level"]["name"] for tool in tools} == {"read_only"}


def test_the_rate_limit_counts_down_and_then_refuses(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    sandbox.post("procore/settings", spike_limit=3)
    try:
        left = [procore.get("v1.0/me").headers["X-Rate-Limit-Remaining"] for _ in range(3)]
        assert left == ["2", "1", "0"]
        refused = procore.get("v1.0/me")
        assert refused.status_code == 429
        assert int(refused.headers["X-Rate-Limit-Reset"]) > 0
        sandbox.post("clock", advance_s=11)
        assert procore.get("v1.0/me").status_code == 200
    finally:
        sandbox.post("procore/settings", spike_limit=1000)


@pytest.mark.parametrize(
    ("style", "key"), [("message", "message"), ("code", "code"), ("v2", "error"), ("short_error", "error"), ("base", "base"), ("errors", "errors")]
)
def test_error_bodies_come_in_every_documented_shape(sandbox: Sandbox, procore: ProcoreCaller, style: str, key: str) -> None:
    sandbox.post("procore/settings", error_body=style)
    answer = procore.get("v1.1/requisitions", project_id=999)
    sandbox.post("procore/settings", error_body="errors")
    assert answer.status_code == 404
    assert key in answer.json()


def test_commitments_come_by_type_with_lines_and_retainage(procore: ProcoreCaller) -> None:
    project = procore.projects()[0]["id"]
    orders = procore.get("v1.0/purchase_order_contracts", project_id=project).json()
    subcontracts = procore.get("v1.0/work_order_contracts", project_id=project).json()
    assert len(orders) + len(subcontracts) == len(procore.get("v1.0/commitments", project_id=project).json()) == 12
    shown = procore.get(f"v1.0/work_order_contracts/{subcontracts[0]['id']}", project_id=project).json()
    assert sum(Decimal(line["amount"]) for line in shown["line_items"]) == Decimal(shown["grand_total"])
    assert procore.get(f"v1.0/purchase_order_contracts/{subcontracts[0]['id']}", project_id=project).status_code == 404
    changes = procore.get(f"v1.0/projects/{project}/commitment_change_orders").json()
    assert {row["status"] for row in changes} == {"approved", "pending"}


def test_codes_know_their_division_and_their_standard(procore: ProcoreCaller) -> None:
    project = procore.projects()[0]["id"]
    lists = procore.get("v1.0/standard_cost_code_lists", company_id=procore.company_id).json()
    standard = procore.get("v1.0/standard_cost_codes", company_id=procore.company_id, standard_cost_code_list_id=lists[0]["id"], per_page=1000).json()
    codes = procore.get("v1.0/cost_codes", project_id=project, per_page=1000).json()
    assert {row["standard_cost_code_id"] for row in codes} == {row["id"] for row in standard}
    by_id = {row["id"]: row for row in codes}
    child = next(row for row in codes if row["full_code"] == "03-300")
    assert by_id[child["parent"]["id"]]["full_code"] == "03"
    assert procore.get("v1.0/standard_cost_codes", company_id=procore.company_id).status_code == 400
    assert [row["code"] for row in procore.get("v1.0/line_item_types", company_id=procore.company_id).json()] == ["L", "M", "S", "E", "O"]


def test_attachments_come_by_redirect_and_storage_asks_for_no_token(procore: ProcoreCaller, everything: list[dict[str, Any]]) -> None:
    attachment = next(row["attachments"][0] for row in everything if row["attachments"])
    assert requests.get(attachment["url"], timeout=10).status_code == 401
    answer = requests.get(attachment["url"], headers={"Authorization": f"Bearer {procore.token}"}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    assert requests.get(answer.headers["Location"], timeout=10).content.startswith(b"%PDF-1.4")
