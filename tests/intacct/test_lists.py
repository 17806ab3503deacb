"""Lists as References: what a bill line may name is selectable, and what not says why."""

from __future__ import annotations

import pytest
import responses
from requests import PreparedRequest

from connectors.intacct.connector import CONNECTOR
from connectors.intacct.translate.lists import LISTINGS
from connectors.kit.xml import parse
from connectors.port.errors import Refused
from connectors.port.refs import Kind, Reference

from .pretend import COMPANY, error, failed, opened, response, rows

REFUSED = "refused"


def answered(lists: dict[str, list[dict[str, str]] | str]) -> None:
    """Answer each query by its object; an object that is not named is not subscribed to."""

    def answer(request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        object_ = parse(bytes(request.body)).findtext(".//query/object")
        found = lists.get(object_)
        if found == REFUSED:
            return (
                200,
                {},
                response(failed(f"query {object_} 0", error("DL02000001", "There was an error processing the request."), function="query")),
            )
        if not isinstance(found, list):
            return 200, {}, response(failed(f"query {object_} 0", error("Query Failed", f"Object definition {object_} not found"), function="query"))
        return 200, {}, response(rows(f"query {object_} 0", object_, *found))

    responses.add_callback(responses.POST, COMPANY, callback=answer)


def listed(kind: Kind) -> dict[str, Reference]:
    return {each.remote_id: each for each in opened().references(kind)}


def account(number: str, **given: str) -> dict[str, str]:
    return {"RECORDNO": number, "ACCOUNTNO": number, "TITLE": "Concrete", "ACCOUNTTYPE": "incomestatement", "STATUS": "active"} | given


def test_every_declared_list_can_be_asked_for() -> None:
    assert set(LISTINGS) == CONNECTOR.capabilities.references


@responses.activate
def test_accounts_no_bill_may_use_say_why() -> None:
    answered(
        {
            "GLACCOUNT": [
                account("5010", REQUIREPROJECT="true", REQUIRELOC="T", REQUIREDEPT="false"),
                account("1000", TITLE="Operating cash"),
                account("4000", TITLE="Contract revenue", NORMALBALANCE="credit"),
                account("5000", STATUS="active non-posting"),
                account("5999", STATUS="inactive"),
                account("2000", TITLE="Accounts Payable", ACCOUNTTYPE="balancesheet"),
                account("2110", TITLE="Retainage payable", CATEGORY="Accounts Payable", ACCOUNTTYPE="balancesheet"),
            ],
            "CHECKINGACCOUNT": [{"RECORDNO": "1", "BANKACCOUNTID": "FIRST", "GLACCOUNTNO": "1000"}],
        }
    )
    accounts = listed(Kind.ACCOUNT)
    assert accounts["5010"].selectable
    assert accounts["5010"].attributes["requires"] == ["location", "project"]
    assert accounts["5010"].attributes["account_type"] == "expense"
    assert accounts["4000"].attributes["account_type"] == "income"
    assert "FIRST" in accounts["1000"].why_not
    assert "heading" in accounts["5000"].why_not
    assert accounts["5000"].active
    assert not accounts["5999"].active
    assert "control account" in accounts["2000"].why_not
    assert accounts["2110"].selectable
    assert accounts["2110"].attributes["retainage"]
    assert not any(accounts[number].selectable for number in ("1000", "5000", "5999", "2000"))


@responses.activate
def test_vendors_carry_what_identifies_them_and_never_bank_details() -> None:
    answered(
        {
            "VENDOR": [
                {
                    "RECORDNO": "1",
                    "VENDORID": "V-1",
                    "NAME": "Acme & Sons",
                    "STATUS": "inactive",
                    "TAXID": "12-345",
                    "DISPLAYCONTACT.EMAIL1": "a@acme.example",
                    "DISPLAYCONTACT.MAILADDRESS.CITY": "Bend",
                }
            ]
        }
    )
    vendor = listed(Kind.VENDOR)["V-1"]
    assert (vendor.name, vendor.active, vendor.attributes["tax_id"], vendor.attributes["email"]) == ("Acme & Sons", False, "12-345", "a@acme.example")
    assert vendor.attributes["address"] == {"city": "Bend"}
    asked = parse(bytes(responses.calls[0].request.body))
    fields = [each.text or "" for each in asked.findall(".//select/field")]
    assert not [field for field in fields if "ACH" in field or "BANK" in field or "WIRE" in field]


@responses.activate
def test_tasks_and_cost_types_are_scoped_by_their_project() -> None:
    answered(
        {
            "STANDARDTASK": [{"RECORDNO": "1", "STANDARDTASKID": "03-300", "NAME": "Concrete", "STATUS": "active"}],
            "TASK": [{"RECORDNO": "1", "TASKID": "03-300", "NAME": "Concrete", "PROJECTID": "P-1", "STATUS": "active"}],
            "COSTTYPE": [{"RECORDNO": "1", "COSTTYPEID": "M", "NAME": "Material", "PROJECTID": "P-1", "TASKID": "03-300", "STATUS": "active"}],
        }
    )
    assert [(task.remote_id, task.parent) for task in opened().references(Kind.TASK)] == [("03-300", ""), ("03-300", "P-1")]
    assert [(each.remote_id, each.parent) for each in opened().references(Kind.COST_TYPE)] == [("M", "P-1/03-300")]


@responses.activate
def test_accounts_are_listed_where_bank_accounts_may_not_be_read() -> None:
    answered({"GLACCOUNT": [account("1000")], "CHECKINGACCOUNT": REFUSED})
    assert listed(Kind.ACCOUNT)["1000"].selectable


@responses.activate
def test_a_list_the_company_does_not_have_is_empty_and_a_wrong_question_is_not() -> None:
    answered({"CLASS": "absent", "DEPARTMENT": REFUSED})
    assert list(opened().references(Kind.CLASS)) == []
    with pytest.raises(Refused):
        list(opened().references(Kind.DEPARTMENT))
