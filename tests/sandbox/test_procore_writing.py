"""Writes to the pretend Procore: vendors, origin ids, payments; each check refused where the page says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.speaking import ProcoreCaller
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]


def _vendor(procore: ProcoreCaller, **fields: Any) -> Any:
    return procore.call("POST", "v1.0/vendors", json={"company_id": procore.company_id, "vendor": fields})


def test_a_vendor_is_created_changed_and_found(procore: ProcoreCaller) -> None:
    made = _vendor(procore, name="Newcomer LLC", origin_id="v-new", email_address="ap@newcomer.example")
    assert made.status_code == 201
    vendor_id = made.json()["id"]
    patched = procore.call("PATCH", f"v1.0/vendors/{vendor_id}", json={"company_id": procore.company_id, "vendor": {"origin_code": "V-77"}})
    assert patched.json()["origin_code"] == "V-77"
    assert [row["id"] for row in procore.get("v1.0/vendors", company_id=procore.company_id, **{"filters[origin_id]": "v-new"}).json()] == [vendor_id]
    found = procore.get("v1.0/vendors", company_id=procore.company_id, **{"filters[search]": "newcomer"}).json()
    assert [row["id"] for row in found] == [vendor_id]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": ""}, 422),
        ({"origin_code": "x"}, 422),
        ({"name": "x" * 256}, 422),
        ({"name": "x", "colour": "red"}, 406),
        ({"name": "x", "is_active": "yes"}, 422),
    ],
)
def test_a_wrong_vendor_is_refused(procore: ProcoreCaller, fields: dict[str, Any], status: int) -> None:
    assert _vendor(procore, **fields).status_code == status


def test_bodies_must_be_wrapped_json(procore: ProcoreCaller) -> None:
    assert procore.call("POST", "v1.0/vendors", json={"company_id": procore.company_id, "name": "x"}).status_code == 400
    assert procore.call("POST", "v1.0/vendors", data="{", headers={"Content-Type": "application/json"}).status_code == 400
    assert procore.call("POST", f"v1.0/vendors?company_id={procore.company_id}", data="name=x",
                        headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 406  # fmt: skip


def test_an_inactive_vendor_leaves_the_list_and_can_return(procore: ProcoreCaller) -> None:
    path = f"v1.0/companies/{procore.company_id}/vendors/inactive"
    inactive = procore.get(path).json()
    assert len(inactive) == 2
    active = {row["id"] for row in procore.get("v1.0/vendors", company_id=procore.company_id, per_page=1000).json()}
    assert inactive[0]["id"] not in active
    assert procore.call("PATCH", f"{path}/{inactive[0]['id']}", json={}).json()["is_active"] is True
    assert len(procore.get(path).json()) == 1


def test_sync_answers_200_with_errors_row_by_row(procore: ProcoreCaller) -> None:
    updates = [{"name": "Synced LLC", "origin_id": "s-1"}, {"id": 1, "name": "Nope"}, {"origin_id": "s-1", "name": "Synced Again LLC"}]
    answer = procore.call("PATCH", "v1.0/vendors/sync", json={"company_id": procore.company_id, "updates": updates})
    assert answer.status_code == 200
    body = answer.json()
    assert [row["name"] for row in body["entities"]] == ["Synced LLC", "Synced Again LLC"]
    assert body["entities"][0]["id"] == body["entities"][1]["id"]
    assert body["errors"] == [{"id": 1, "name": "Nope", "errors": {"id": ["Entity with this ID not found"]}}]


def test_an_origin_id_locks_a_requisition_and_is_unique(procore: ProcoreCaller) -> None:
    project = procore.projects()[0]["id"]
    first, second = procore.requisitions(project)[:2]

    def patch(row: dict[str, Any], **fields: Any) -> Any:
        return procore.call("PATCH", f"v1.1/requisitions/{row['id']}", json={"project_id": project, "requisition": fields})

    marked = patch(first, origin_id="o-1")
    assert marked.json()["erp_status"] == "synced"
    assert marked.json()["updated_at"] > first["updated_at"]
    assert patch(second, origin_id="o-1").status_code == 422
    assert patch(first, comment="x").status_code == 422
    assert patch(first, colour="red").status_code == 406
    assert patch(second, status="draft").status_code == 422


def test_read_only_accounts_write_nothing(sandbox: Sandbox) -> None:
    narrow = ProcoreCaller.signed_in(sandbox, "Cascadia", restricted=True)
    assert _vendor(narrow, name="x").status_code == 403


def test_payments_are_issued_read_and_taken_back(procore: ProcoreCaller) -> None:
    project = procore.projects()[0]["id"]
    claim = procore.requisitions(project)[0]
    scope = {"project_id": project, "contract_id": claim["commitment_id"]}

    def pay(**fields: Any) -> Any:
        return procore.call("POST", "v1.0/contract_payments", json={**scope, "contract_payment": fields})

    made = pay(amount="100.50", date="2026-11-20", requisition_id=claim["id"], payment_method="check", origin_id="p-1")
    assert made.status_code == 201
    assert made.json()["amount"] == "100.50"
    assert pay(amount="1.00", origin_id="p-1").status_code == 422
    assert pay(amount="many").status_code == 422
    assert pay(date="2026-11-20").status_code == 422
    assert pay(amount="1.00", payment_method="gold").status_code == 422
    assert pay(amount="1.00", date="11/20/2026").status_code == 422
    assert pay(amount="1.00", colour="red").status_code == 406
    path = f"v1.0/contract_payments/{made.json()['id']}"
    assert len(procore.get("v1.0/contract_payments", **scope).json()) == 1
    assert procore.call("PATCH", path, json={**scope, "contract_payment": {"amount": "2.00"}}).status_code == 422
    assert procore.call("DELETE", path, params=scope).status_code == 200
    assert procore.get("v1.0/contract_payments", **scope).json() == []
