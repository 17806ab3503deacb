"""Strict within one commitment, parallel across: an invoice waits for the one before it."""

from decimal import Decimal

import pytest

from connectors.port.errors import Code, Refused
from connectors.port.records import Standing
from tests import paper

pytestmark = pytest.mark.django_db


def chain(length: int, **more):
    """Invoices of one commitment, each 1,000.00 more than the one before."""
    for number in range(1, length + 1):
        lines = (paper.line(to_date=f"{number}000.00"),)
        paper.SHEET.records[str(number)] = paper.requisition(
            str(number), number=number, previous=str(number - 1) if number > 1 else "", lines=lines, **more
        )


def test_a_chain_is_posted_one_after_the_other_each_with_its_own_period(paper_world):
    chain(4)
    paper_world.sync()
    assert [bill.total for bill in paper.SHEET.bills()] == [Decimal("1000.00")] * 4
    assert paper.SHEET.calls.count("send") == 4


def test_invoices_of_different_commitments_go_in_one_request(paper_world):
    for number in range(1, 31):
        paper.SHEET.records[str(number)] = paper.requisition(str(number), commitment_ref=f"c{number}")
    paper_world.sync()
    assert len(paper.SHEET.bills()) == 30
    assert paper.SHEET.calls.count("send") == 1


def test_a_held_predecessor_shows_on_each_waiting_document_and_fixing_it_frees_all(paper_world):
    chain(3)
    paper.SHEET.refuse["INV-1"] = Refused("Vendor V-1 is inactive.", code=Code.VENDOR_UNUSABLE)
    paper_world.sync()
    assert [paper_world.document(str(n)).state for n in (1, 2, 3)] == ["held", "held", "held"]
    assert "waits for sc-001 #1, held" in paper_world.hold("2").sentence.lower()
    assert "waits for sc-001 #2" in paper_world.hold("3").sentence.lower()
    from connectors.sync import acts

    paper.SHEET.refuse.clear()
    acts.retry([paper_world.document("1")], by="carl", now=paper_world.now)
    paper_world.work()
    assert [paper_world.document(str(n)).state for n in (1, 2, 3)] == ["posted", "posted", "posted"]
    assert [bill.number for bill in paper.SHEET.bills()] == ["INV-1", "INV-2", "INV-3"]


def test_a_predecessor_that_is_not_approved_holds_its_successor_until_it_is(paper_world):
    chain(2)
    first = paper.SHEET.records["1"]
    paper.SHEET.records["1"] = paper.replace(first, standing=Standing.OPEN, status="under_review")
    paper_world.sync()
    assert paper_world.document("1").state == "dormant"
    assert paper_world.hold("2").reason == "previous_unsure"
    paper.SHEET.records["1"] = paper.replace(first, updated_at=paper_world.now)
    paper_world.later(minutes=20)
    paper_world.sync()
    assert len(paper.SHEET.bills()) == 2


def test_a_missing_predecessor_holds(paper_world):
    paper.SHEET.records["2"] = paper.requisition("2", number=2, previous="1", lines=(paper.line(to_date="2000.00"),))
    paper_world.sync()
    assert paper_world.hold("2").reason == "previous_unsure"
    assert paper.SHEET.bills() == []


def test_a_predecessor_before_the_start_date_needs_agreed_opening_figures(paper_world):
    from datetime import date

    from connectors.sync.models import Opening
    from connectors.sync.replay import wake

    chain(2)
    paper.SHEET.records["1"] = paper.replace(paper.SHEET.records["1"], billing_date=date(2025, 12, 31))
    paper_world.sync()
    assert paper_world.document("1").state == "skipped"
    assert paper_world.hold("2").reason == "opening_not_agreed"
    Opening.everywhere.create(
        tenant=paper_world.tenant, integration=paper_world.integration, commitment_ref="c1", currency="USD", billed_to_date="1000.00",
        retained_to_date="0.00", agreed_by="ana", agreed_at=paper_world.now,
    )  # fmt: skip
    wake(paper_world.flow, about="opening:c1", now=paper_world.now)
    paper_world.work()
    assert [bill.total for bill in paper.SHEET.bills()] == [Decimal("1000.00")]


def test_skipping_a_predecessor_lets_the_next_go_with_its_own_period_only(paper_world):
    from connectors.sync import acts

    chain(2)
    paper.SHEET.refuse["INV-1"] = Refused("no", code=Code.UNSPECIFIED)
    paper_world.sync()
    acts.skip([paper_world.document("1")], reason="booked by hand", by="carl", now=paper_world.now)
    paper_world.work()
    assert paper_world.document("1").state == "skipped"
    assert [bill.total for bill in paper.SHEET.bills()] == [Decimal("1000.00")]


def test_invoices_that_name_each_other_as_predecessor_are_refused_and_never_wait_in_a_circle(paper_world):
    paper.SHEET.records["1"] = paper.requisition("1", number=1, previous="2")
    paper.SHEET.records["2"] = paper.requisition("2", number=2, previous="1", lines=(paper.line(to_date="2000.00"),))
    paper_world.sync()
    assert paper_world.hold("1").reason == "previous_unsure"
    assert paper_world.hold("2").reason == "waits_for_document"
    assert paper.SHEET.bills() == []


def test_what_a_person_left_out_stays_out_when_its_predecessor_changes(paper_world):
    from connectors.sync import acts

    chain(2)
    paper.SHEET.refuse["INV-2"] = Refused("no", code=Code.UNSPECIFIED)
    paper_world.sync()
    acts.skip([paper_world.document("2")], reason="booked by hand", by="carl", now=paper_world.now)
    paper.SHEET.refuse.clear()
    paper_world.later(minutes=20)
    paper.SHEET.records["1"] = paper.replace(paper.SHEET.records["1"], period_start=None, updated_at=paper_world.now)
    paper_world.sync()
    assert paper_world.document("2").state == "skipped"
    assert paper_world.document("2").skip_reason == "booked by hand"
    assert len(paper.SHEET.bills()) == 1
