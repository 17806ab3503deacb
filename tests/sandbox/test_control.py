"""The control API: what people do on either side, seen through the APIs that a program would use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.sandbox.speaking import IntacctCaller, ProcoreCaller, bill
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]


def _show(procore: ProcoreCaller, row: dict[str, Any]) -> dict[str, Any]:
    answer = procore.get(f"v1.1/requisitions/{row['id']}", project_id=row["project_id"])
    assert answer.status_code == 200
    return answer.json()


def _chain(procore: ProcoreCaller, length: int) -> list[dict[str, Any]]:
    for project in procore.projects():
        chains: dict[int, list[dict[str, Any]]] = {}
        for row in procore.requisitions(project["id"], view="extended"):
            if row["status"] == "approved" and row["billing_date"] > "2026-09-01":
                chains.setdefault(row["commitment_id"], []).append(row)
        for chain in chains.values():
            if len(chain) == length:
                return chain
    raise AssertionError("no such chain")


def test_an_edit_moves_updated_at_and_is_carried_through_the_chain(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    first, second, third = _chain(procore, 3)
    item = first["items"][0]
    more = Decimal(item["work_completed_this_period"]) + Decimal("100.00")
    line = {"line_item_id": item["line_item_id"], "work_completed_this_period": str(more)}
    edited = sandbox.post(f"procore/{procore.company_id}/requisitions/{first['id']}/edit", lines=[line])
    assert edited["updated_at"] > first["updated_at"]
    now = [_show(procore, row) for row in (first, second, third)]
    assert Decimal(now[0]["summary"]["current_payment_due"]) > Decimal(first["summary"]["current_payment_due"])
    assert now[1]["summary"]["current_payment_due"] == second["summary"]["current_payment_due"]
    assert now[1]["summary"]["less_previous_certificates_for_payment"] == now[0]["summary"]["total_earned_less_retainage"]
    assert now[2]["summary"]["less_previous_certificates_for_payment"] == now[1]["summary"]["total_earned_less_retainage"]
    assert now[1]["updated_at"] > second["updated_at"]


def test_approval_is_given_and_taken_back(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    row = _chain(procore, 1)[0]
    before = sandbox.get(f"source/procore/{procore.company_id}/requisitions?summary=1")["totals"]["USD"]
    sandbox.post(f"procore/{procore.company_id}/requisitions/{row['id']}/unapprove", status="under_review")
    assert _show(procore, row)["status"] == "under_review"
    without = sandbox.get(f"source/procore/{procore.company_id}/requisitions?summary=1")["totals"]["USD"]
    assert without["count"] == before["count"] - 1
    assert Decimal(before["total"]) - Decimal(without["total"]) == Decimal(row["summary"]["current_payment_due"])
    sandbox.post(f"procore/{procore.company_id}/requisitions/{row['id']}/approve", status="approved_as_noted")
    assert _show(procore, row)["status"] == "approved_as_noted"


def test_the_next_requisition_follows_and_can_be_deleted(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    last = _chain(procore, 2)[-1]
    made = sandbox.post(f"procore/{procore.company_id}/requisitions", commitment_id=last["commitment_id"])
    shown = _show(procore, {**last, "id": made["id"]})
    assert shown["previous_requisition_id"] == last["id"]
    assert shown["number"] == last["number"] + 1
    assert shown["summary"]["current_payment_due"] == made["net"]
    assert Decimal(made["net"]) > 0
    path = f"{sandbox.address}/control/procore/{procore.company_id}/requisitions"
    assert requests.post(f"{path}/{last['id']}/delete", json={}, timeout=10).status_code == 409
    sandbox.post(f"procore/{procore.company_id}/requisitions/{made['id']}/delete")
    assert procore.get(f"v1.1/requisitions/{made['id']}", project_id=last["project_id"]).status_code == 404


def test_a_header_coded_line_can_be_recoded(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    for project in procore.projects():
        codes = {row["id"]: row for row in procore.get("v1.0/cost_codes", project_id=project["id"], per_page=1000).json()}
        for row in procore.requisitions(project["id"], view="extended"):
            for item in row["items"]:
                if codes[item["cost_code_id"]]["full_code"] == "03":
                    leaf = next(code for code in codes.values() if code["full_code"] == "03-300")
                    sandbox.post(f"procore/{procore.company_id}/recode", line_item_id=item["line_item_id"], cost_code_id=leaf["id"])
                    shown = _show(procore, row)
                    assert next(each for each in shown["items"] if each["id"] == item["id"])["cost_code_id"] == leaf["id"]
                    assert shown["updated_at"] > row["updated_at"]
                    return
    raise AssertionError("no header-coded line in the world")


def test_merged_vendors_vanish_and_their_contracts_move(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    vendors = procore.get("v1.0/vendors", company_id=procore.company_id, per_page=1000).json()
    names = {row["name"]: row["id"] for row in vendors}
    primary, source = names["Cascade Electric, Inc."], names["CASCADE ELECTRIC INC"]
    sandbox.post(f"procore/{procore.company_id}/vendors/merge", primary_id=primary, source_id=source)
    assert procore.get(f"v1.0/vendors/{source}", company_id=procore.company_id).status_code == 404
    owners = {row["vendor_id"] for project in procore.projects() for row in procore.requisitions(project["id"])}
    assert source not in owners


def test_a_stranger_can_enter_pay_reverse_and_delete_bills(sandbox: Sandbox, intacct: IntacctCaller) -> None:
    entered = sandbox.post("intacct/CASCADIA/bill", VENDORID="V-10004", RECORDID="HAND-1", lines=[
        {"ACCOUNTNO": "5030", "TRX_AMOUNT": "250.00", "LOCATIONID": "100", "PROJECTID": "25-101"}])  # fmt: skip
    assert entered["TOTALENTERED"] == "250.00"
    assert sandbox.post(f"intacct/CASCADIA/bills/{entered['RECORDNO']}/pay")["STATE"] == "Paid"
    second = intacct.one(bill("HAND-2", ACTION="Submit")).record
    assert sandbox.post(f"intacct/CASCADIA/bills/{second}/reverse")["STATE"] == "Reversed"
    third = intacct.one(bill("HAND-3")).record
    sandbox.post(f"intacct/CASCADIA/bills/{third}/delete")
    numbers = {row["RECORDID"]: row["STATE"] for row in sandbox.get("ledger/intacct/CASCADIA")["documents"]}
    assert numbers == {"HAND-1": "Paid", "HAND-2": "Reversed"}
    refused = requests.post(f"{sandbox.address}/control/intacct/CASCADIA/bill", json={"VENDORID": "nobody", "RECORDID": "X"}, timeout=10)
    assert refused.status_code == 422
    assert "Invalid Vendor" in refused.json()["error"]


def test_periods_and_accounts_open_and_close(sandbox: Sandbox, intacct: IntacctCaller) -> None:
    sandbox.post("intacct/CASCADIA/period", closed_through="2026-10-31")
    assert "Date must be on or after 11/01/2026" in intacct.one(bill("PER-1")).text
    sandbox.post("intacct/CASCADIA/period", closed_through="2026-08-31")
    sandbox.post("intacct/CASCADIA/account", id="5030", status="inactive")
    assert "inactive" in intacct.one(bill("PER-1")).text
    sandbox.post("intacct/CASCADIA/account", id="5030", status="active")
    assert intacct.one(bill("PER-1")).status == "success"


def test_the_answer_key_names_things_that_exist(sandbox: Sandbox, intacct: IntacctCaller) -> None:
    company = sandbox.pair("Cascadia")["procore"]["company_id"]
    key = sandbox.get("answer_key")["companies"][str(company)]
    extra = "<pagesize>2000</pagesize>"
    accounts = {row["ACCOUNTNO"] for row in intacct.query("GLACCOUNT", "ACCOUNTNO", extra=extra).rows()}
    active = "<equalto><field>STATUS</field><value>active</value></equalto>"
    vendors = {row["VENDORID"] for row in intacct.query("VENDOR", "VENDORID", active, extra).rows()}
    projects = {row["PROJECTID"] for row in intacct.query("PROJECT", "PROJECTID", extra=extra).rows()}
    assert {entry["account"] for entry in key["cost_codes"]} <= accounts
    assert {entry["vendor_id"] for entry in key["vendors"]} == vendors
    assert {entry["project_id"] for entry in key["projects"]} == projects
    assert key["defaults"]["retainage_account"] in accounts


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("reset", {"scenario": "atlantis"}, 400), ("reset", {"colour": 1}, 400), ("reset", {"scale": 0}, 400), ("nothing", {}, 404),
        ("procore/1/webhook", {}, 404), ("procore/4281379/requisitions/1/approve", {}, 404), ("intacct/NOWHERE/period", {}, 400),
        ("intacct/CASCADIA/period", {"closed_through": "soon"}, 400), ("held", {}, 405), ("procore/settings", {"error_body": "poem"}, 400),
    ],
)  # fmt: skip
def test_a_wrong_control_call_says_what_is_wrong(sandbox: Sandbox, path: str, body: dict[str, Any], status: int) -> None:
    answer = requests.post(f"{sandbox.address}/control/{path}", json=body, timeout=10)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_scenarios_scale_and_repeat_themselves(sandbox: Sandbox) -> None:
    def total() -> Any:
        company = sandbox.get("world")["pairs"][0]["procore"]["company_id"]
        return sandbox.get(f"source/procore/{company}/requisitions?summary=1")["totals"]["USD"]

    sandbox.reset("small")
    small = total()
    assert small["count"] == 6
    sandbox.reset("small")
    assert total() == small
    sandbox.reset("empty")
    assert total()["count"] == 0
    sandbox.reset("contractor", scale=2)
    assert total()["count"] == 240
