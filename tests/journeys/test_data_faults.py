"""Hostile, odd and impossible data through the whole way: a right document or a hold that says why, never a lost cent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sync.models import Document, Hold
from tests.journeys.faults import looking, reading, writing
from tests.journeys.harbor import Harbor


@pytest.fixture(autouse=True)
def _no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not [record.getMessage() for record in caplog.records if record.exc_info], "nothing ended in a traceback"


def _sync(harbor: Harbor) -> None:
    harbor.run()
    harbor.settle_down()


def _last(harbor: Harbor) -> dict[str, Any]:
    """The last invoice of the longest chain: nothing follows it."""
    return max(harbor.payable(), key=lambda row: row["number"])


def _edit(harbor: Harbor, row: dict[str, Any], **values: Any) -> None:
    harbor.sandbox.post(f"procore/{harbor.company}/requisitions/{row['id']}/edit", **values)


def _bill_of(harbor: Harbor, row: dict[str, Any]) -> dict[str, Any]:
    record = Document.everywhere.get(source_id=str(row["id"])).ledger_ref.rpartition(":")[2]
    return next(bill for bill in harbor.booked() if bill["RECORDNO"] == record)


def _reason(harbor: Harbor, row: dict[str, Any]) -> str:
    return harbor.holds().get(str(row["id"]), "")


ODD_NUMBERS = {
    "C1 control characters": ("IN\x01V\x0b-7\x1f", "INV-7"),
    "C2 markup": ('A&B <7> "]]>', 'A&B <7> "]]>'),
    "C2 an entity in words": ("&lt;&#65;", "&lt;&#65;"),
    "C3 four bytes": ("INV-🏗-7", "INV-🏗-7"),
    "C3 combining marks": ("Cafe\u0301-7", None),
    "C4 right to left": ("INV\u202e-7", None),
    "C18 leading zeros": ("000123", "000123"),
    "C18 like a power": ("1.2E+11", "1.2E+11"),
    "D22 a second function": ("7</RECORDID></APBILL></create><delete/>", None),
}


@pytest.mark.parametrize(("number", "kept"), ODD_NUMBERS.values(), ids=ODD_NUMBERS)
def test_an_odd_invoice_number_arrives_whole_or_is_held(harbor: Harbor, number: str, kept: str | None) -> None:
    row = _last(harbor)
    _edit(harbor, row, invoice_number=number, comment=f"{number}\n{number}")
    _sync(harbor)
    if reason := _reason(harbor, row):
        assert reason == "too_long", harbor.state()
        harbor.prove(posted=5)
        return
    harbor.prove(posted=6)
    assert set(harbor.calls()) <= {"getAPISession", "create APBILL", *(name for name in harbor.calls() if name.startswith("query "))}
    if kept is not None:
        assert _bill_of(harbor, row)["RECORDID"] == kept


def test_c6_an_over_long_number_and_comment_are_shortened_by_rule_or_held(harbor: Harbor) -> None:
    row = _last(harbor)
    _edit(harbor, row, invoice_number="N" * 300, comment="long " * 5000)
    _sync(harbor)
    if _reason(harbor, row):
        harbor.prove(posted=5)
    else:
        harbor.prove(posted=6)
        assert 0 < len(_bill_of(harbor, row)["RECORDID"]) <= 45


XML_BOMBS = {
    "C7 an outside entity": '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><response><control>&x;</control></response>',
    "C7 an outside definition": '<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><response/>',
    "C7 a billion laughs": '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><response>&b;</response>',
    "C7 nested a thousand deep": '<?xml version="1.0"?>' + "<a>" * 5000 + "</a>" * 5000,
}


@pytest.mark.parametrize("body", XML_BOMBS.values(), ids=XML_BOMBS)
def test_a_hostile_answer_of_the_ledger_is_no_answer(harbor: Harbor, body: str) -> None:
    harbor.sandbox.post("weather", **writing("status", status=200, body=body))
    harbor.sandbox.post("weather", **looking("status", status=200, body=body))
    _sync(harbor)
    harbor.prove(posted=6)


JSON_BOMBS = {
    "C8 nested very deep": "[" * 200_000 + "]" * 200_000,
    "C8 a key twice": '[{"id": 1, "id": 2}]',
    "C8 not a number": '[{"id": NaN}]',
    "C8 endless": '[{"id": Infinity}]',
    "B50 a number where a list was": "7",
    "B50 nothing where a list was": "null",
    "B50 a list of words": '["a", "b"]',
}


@pytest.mark.parametrize("body", JSON_BOMBS.values(), ids=JSON_BOMBS)
def test_a_hostile_list_of_the_source_is_refused_and_read_again(harbor: Harbor, body: str) -> None:
    harbor.sandbox.post("weather", **reading("status", status=200, body=body))
    _sync(harbor)
    harbor.prove(posted=6)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1899-12-30"])
def test_c26_an_impossible_date_is_held(harbor: Harbor, day: str) -> None:
    row = _last(harbor)
    _edit(harbor, row, billing_date=day)
    _sync(harbor)
    assert _reason(harbor, row) == "date_impossible", harbor.state()
    harbor.prove(posted=5)
    _edit(harbor, row, billing_date="2026-11-15")
    _sync(harbor)
    harbor.prove(posted=6)


@pytest.mark.parametrize("day", ["31/12/2026", "2026-02-30"])
def test_c26_a_date_that_is_none_is_held_and_never_guessed(harbor: Harbor, day: str) -> None:
    row = _last(harbor)
    _edit(harbor, row, billing_date=day)
    _sync(harbor)
    assert _reason(harbor, row) in {"date_missing", "source_unreadable"}, harbor.state()
    harbor.prove(posted=5)


def test_c26_without_a_billing_date_the_end_of_the_period_counts(harbor: Harbor) -> None:
    row = _last(harbor)
    _edit(harbor, row, billing_date=None)
    _sync(harbor)
    harbor.prove(posted=6)
    dated = Document.everywhere.get(source_id=str(row["id"])).record["period_end"]
    assert dated
    assert _bill_of(harbor, row)["WHENCREATED"] in (dated, f"{dated[5:7]}/{dated[8:10]}/{dated[:4]}")


def test_c5_a_list_with_one_unreadable_row_ends_in_no_crash_and_the_next_full_reading_is_right(harbor: Harbor) -> None:
    harbor.sandbox.post("weather", **reading("status", status=200, body='[{"id": "\\ud800"}]'))
    _sync(harbor)
    harbor.run(full=True)
    harbor.settle_down()
    harbor.prove(posted=6)


def test_c21_a_negative_invoice_becomes_a_credit_of_the_same_amount(harbor: Harbor) -> None:
    row = _last(harbor)
    _sync(harbor)
    line = Document.everywhere.get(source_id=str(row["id"])).record["lines"][0]["line_ref"].rpartition(":")[2]
    lines = [{"line_item_id": int(line), "work_completed_this_period": "-100.00"}]
    made = harbor.sandbox.post(f"procore/{harbor.company}/requisitions", commitment_id=row["commitment_id"], lines=lines)
    assert made["net"].startswith("-")
    _sync(harbor)
    harbor.prove(posted=7)
    assert _bill_of(harbor, made)["kind"] == "adjustment"


def test_c22_an_invoice_that_bills_nothing_is_skipped_with_its_reason(harbor: Harbor) -> None:
    row = _last(harbor)
    _sync(harbor)
    line = Document.everywhere.get(source_id=str(row["id"])).record["lines"][0]["line_ref"].rpartition(":")[2]
    lines = [{"line_item_id": int(line), "work_completed_this_period": "0.00"}]
    made = harbor.sandbox.post(f"procore/{harbor.company}/requisitions", commitment_id=row["commitment_id"], lines=lines)
    _sync(harbor)
    harbor.prove(posted=6)
    empty = Document.everywhere.get(source_id=str(made["id"]))
    assert empty.state == "skipped"
    assert empty.skip_reason


def test_c23_an_amount_no_ledger_can_hold_is_held(harbor: Harbor) -> None:
    row = _last(harbor)
    harbor.run()
    line = Document.everywhere.get(source_id=str(row["id"])).record["lines"][0]["line_ref"].rpartition(":")[2]
    _edit(harbor, row, lines=[{"line_item_id": int(line), "work_completed_this_period": "99999999999999.99"}])
    _sync(harbor)
    assert _reason(harbor, row) == "amount_unusable", harbor.state()
    harbor.prove(posted=5)


def test_c27_merged_vendors_are_followed_to_the_one_that_is_left(harbor: Harbor) -> None:
    vendors = list(dict.fromkeys(row["vendor_id"] for row in harbor.payable()))
    harbor.sandbox.post(f"procore/{harbor.company}/vendors/merge", primary_id=vendors[0], source_id=vendors[1])
    _sync(harbor)
    harbor.prove(posted=6)
    moved = [row for row in harbor.payable() if row["vendor_id"] == vendors[0]]
    assert len({_bill_of(harbor, row)["VENDORID"] for row in moved}) == 1


def test_c30_an_invoice_changed_after_it_was_posted_is_asked_about_and_never_posted_twice(harbor: Harbor) -> None:
    _sync(harbor)
    row = _last(harbor)
    line = Document.everywhere.get(source_id=str(row["id"])).record["lines"][0]["line_ref"].rpartition(":")[2]
    _edit(harbor, row, lines=[{"line_item_id": int(line), "work_completed_this_period": "1.00"}])
    _sync(harbor)
    assert _reason(harbor, row) == "changed_after_posting", harbor.state()
    harbor.prove(posted=5)


@pytest.mark.parametrize(("act", "reason"), [("unapprove", "withdrawn_after_posting"), ("delete", "gone_after_posting")])
def test_c30_what_is_taken_back_after_posting_is_asked_about(harbor: Harbor, act: str, reason: str) -> None:
    _sync(harbor)
    row = _last(harbor)
    harbor.sandbox.post(f"procore/{harbor.company}/requisitions/{row['id']}/{act}")
    harbor.run(full=True)
    harbor.settle_down()
    assert _reason(harbor, row) == reason, harbor.state()
    assert Hold.everywhere.get(reason=reason).sentence
    harbor.prove(posted=5)
