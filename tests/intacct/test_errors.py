"""What the gateway says becomes a code a Hold is chosen by, and a sentence a bookkeeper understands."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.intacct.errors import function_failed, gateway_error, request_failed
from connectors.intacct.meanings import GatewayError
from connectors.port.errors import Code, Refused, SignInAgain, TryLater


def said(number: str, description: str = "", detail: str = "", correction: str = "") -> GatewayError:
    return gateway_error(number=number, description=description, description2=detail, correction=correction)


GENERIC = said("BL01001973", "", "Could not create Bill record.")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (said("BL03002112", "Whatever it says"), Code.ACCOUNT_IS_BANK),
        (said("BL01001973", "The account 1000 is tied to a bank account"), Code.ACCOUNT_IS_BANK),
        (said("BL01001973", "This transaction is missing the Project dimension for the Account 5010"), Code.DIMENSION_MISSING),
        (said("BL01001973", "missing 'Location' dimension"), Code.DIMENSION_MISSING),
        (said("BL01001973", "Date must be on or after 09/01/2026"), Code.PERIOD_CLOSED),
        (said("BL01001973", "The accounting period for 08/15/2026 is closed"), Code.PERIOD_CLOSED),
        (said("PL04000005", "You do not have permission for API operation CREATE on objects of type apbill"), Code.PERMISSION_MISSING),
        (said("Query Failed", "Object definition COSTTYPE not found"), Code.SUBSCRIPTION_MISSING),
        (said("XL03000009", "Object definition COSTTYPE not found"), Code.SUBSCRIPTION_MISSING),
        (said("BL01001973", "Oops, we can't find this transaction; enter a valid transaction"), Code.PAID_CANNOT_CHANGE),
        (said("BL03002101", "Remove the extra line item in the request, then reclassify the bill."), Code.PAID_CANNOT_CHANGE),
        (said("BL01001973", "", "", "Activate the vendor V-1, or choose another"), Code.VENDOR_UNUSABLE),
        (said("BL01001973", "Invalid Vendor 'V-404' specified."), Code.VENDOR_UNUSABLE),
        (said("BL34000061", "Another Bill with the given value(s) INV-7 already exists"), Code.DUPLICATE_NUMBER),
        (said("BL01001973", "Another record with the value INV-7"), Code.DUPLICATE_NUMBER),
        (said("BL01001973", "GL account 5999 specified is not valid. GL account is restricted by location"), Code.ACCOUNT_UNUSABLE),
        (said("BL01001973", "Invalid account number 5999"), Code.ACCOUNT_UNUSABLE),
        (said("BL01001973", "Invalid location 'X9' for vendor V-1"), Code.REFERENCE_UNKNOWN),
        (said("BL01001973", "Project P-9 does not exist"), Code.REFERENCE_UNKNOWN),
        (said("BL01001973", "Currency CAD is not valid for this company"), Code.CURRENCY_UNKNOWN),
        (said("BL01001973", "RECORDID may hold at most 45 characters"), Code.TOO_LONG),
        (said("XL03000999", "A function with this controlid has already been executed"), Code.ALREADY_DONE),
        (said("CRE-3211", "Expiration date compliance error Insurance--V-1"), Code.VENDOR_UNUSABLE),
        (said("BL01001973", "Smart rule: bills above 10,000 need a purchase order"), Code.UNSPECIFIED),
    ],
)
def test_the_specific_error_decides_whatever_umbrella_follows(error: GatewayError, code: Code) -> None:
    for errors in ([error, GENERIC], [GENERIC, error], [error]):
        problem = function_failed(errors, subject="APBILL")
        assert isinstance(problem, Refused)
        assert problem.code is code
        assert problem.remote_code == error.number
        assert len(problem.details["errors"]) == len(errors)


def test_a_customers_own_rule_is_shown_word_for_word() -> None:
    problem = function_failed([said("BL01001973", "Smart rule: bills above 10,000 need a purchase order")], subject="APBILL")
    assert "bills above 10,000 need a purchase order" in problem.message


def test_the_first_open_day_is_read_from_the_text() -> None:
    problem = function_failed([said("BL01001973", "", "Date must be on or after 09/01/2026 [Support ID: abc%7Edef]")], subject="APBILL")
    assert isinstance(problem, Refused)
    assert problem.first_open == date(2026, 9, 1)
    assert "Support ID" not in problem.message
    assert problem.request_id == "abc~def"


def test_a_day_that_is_none_is_not_invented() -> None:
    problem = function_failed([said("X", "Date must be on or after 13/45/2026")], subject="APBILL")
    assert isinstance(problem, Refused)
    assert (problem.code, problem.first_open) == (Code.PERIOD_CLOSED, None)


def test_a_duplicate_vendor_is_a_name_and_not_a_number() -> None:
    problem = function_failed([said("BL34000061", "Another Contact with the given value(s) Acme(V9) already exists")], subject="VENDOR")
    assert isinstance(problem, Refused)
    assert problem.code is Code.NAME_EXISTS


def test_entities_that_arrived_escaped_twice_are_resolved() -> None:
    problem = function_failed([said("BL01001973", "The account number &amp;#039;5010&amp;#039; is inactive")], subject="APBILL")
    assert "'5010'" in problem.message


def test_secrets_in_an_error_text_are_masked() -> None:
    problem = function_failed([said("X", "wrong <password>hunter2</password>")], subject="APBILL")
    assert "hunter2" not in f"{problem.message} {problem.details}"


@pytest.mark.parametrize("number", ["GW-0010", "GW-0001"])
def test_a_busy_gateway_pauses_the_connection(number: str) -> None:
    problem = function_failed([said(number, "Unable to process request")], subject="APBILL")
    assert isinstance(problem, TryLater)
    assert problem.pauses_connection


def test_a_rollback_by_a_sibling_is_tried_again() -> None:
    assert isinstance(function_failed([said("XL03000009", "The entire transaction has been rolled back")], subject="APBILL"), TryLater)


def test_a_failure_without_any_error_is_still_a_refusal() -> None:
    problem = function_failed([], subject="APBILL")
    assert isinstance(problem, Refused)
    assert problem.message


def test_a_wrong_sender_and_a_wrong_user_are_told_apart() -> None:
    sender = request_failed([said("XL03000006", "Incorrect Intacct XML Partner ID or password.")], about_user=False)
    user = request_failed([said("XL03000006", "Sign-in information is incorrect")], about_user=True)
    authorised = request_failed([said("XL03000006", "Invalid Web Services Authorization")], about_user=True)
    assert all(isinstance(problem, SignInAgain) for problem in (sender, user, authorised))
    assert "our sender ID or its password" in sender.message
    assert "Web Services user" in user.message
    assert "has not authorised" in authorised.message


def test_a_malformed_request_is_refused_and_nothing_was_booked() -> None:
    problem = request_failed([said("XL03000003", "There is something wrong with the XML document")], about_user=False)
    assert isinstance(problem, Refused)
    assert "Nothing was booked" in problem.message
