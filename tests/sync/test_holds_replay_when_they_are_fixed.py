"""A hold is a sentence with a link; fixing what it names posts the document without another click."""

from datetime import date
from decimal import Decimal

import pytest

from connectors.port.errors import Code, Refused
from connectors.sync import acts
from tests import paper

pytestmark = pytest.mark.django_db


def test_an_unmapped_cost_code_holds_with_the_row_to_fill_in_and_mapping_it_posts(paper_world):
    paper.SHEET.records["1"] = paper.requisition(lines=(paper.line(code="cc9"),))
    paper_world.sync()
    hold = paper_world.hold()
    assert hold.reason == "cost_code_unmapped"
    assert "CC9" in hold.sentence
    assert "focus=" in hold.fix_url
    assert hold.amount == Decimal("1000.00")
    paper_world.map(
        "cost_code", paper_world.reference("source", "project_cost_code", "cc9", "p1"), account=paper_world.reference("ledger", "account", "5010")
    )
    paper_world.work()
    assert paper_world.document().state == "posted"
    assert paper_world.hold() is None


def test_all_gaps_of_a_document_are_told_at_once(paper_world):
    paper.SHEET.records["1"] = paper.requisition(vendor_ref="v9", lines=(paper.line(code="cc9"),))
    paper.SHEET.references["source", paper.Kind.VENDOR].append(paper.Reference(paper.Kind.VENDOR, "v9", "", "New Vendor"))
    paper_world.later(hours=2)
    paper_world.sync()
    kinds = [gap["kind"] for gap in paper_world.hold().details["gaps"]]
    assert kinds == ["vendor", "cost_code"]


def test_a_closed_period_is_held_and_the_policy_moves_the_gl_date_only(paper_world):
    paper.SHEET.records["1"] = paper.requisition(billing_date=date(2026, 8, 15))
    paper.SHEET.refuse["INV-1"] = Refused("Date must be on or after 09/01/2026.", code=Code.PERIOD_CLOSED, first_open=date(2026, 9, 1))
    paper_world.sync()
    hold = paper_world.hold()
    assert hold.reason == "period_closed"
    assert hold.fix_url.endswith("closed_period")
    paper.SHEET.refuse.clear()
    paper_world.later(minutes=1)
    paper_world.policy(closed_period="first_open")
    paper_world.work()
    [draft] = paper.SHEET.drafts.values()
    assert (draft.bill_date, draft.gl_date) == (date(2026, 8, 15), date(2026, 9, 1))


def test_with_the_policy_set_a_closed_period_needs_nobody(paper_world):
    paper_world.policy(closed_period="first_open")
    paper.SHEET.records["1"] = paper.requisition(billing_date=date(2026, 8, 15))
    refusal = Refused("Date must be on or after 09/01/2026.", code=Code.PERIOD_CLOSED, first_open=date(2026, 9, 1))
    paper.SHEET.refuse["INV-1"] = refusal
    paper_world.run()
    from connectors.sync import post

    desk = post.open_desk(paper_world.integration.ledger, clock=paper_world.clock)
    post.post_batch(desk)
    paper.SHEET.refuse.clear()
    paper_world.work()
    assert paper_world.document().state == "posted"
    assert paper_world.document().gl_date_moved_to == date(2026, 9, 1)


def test_a_gated_document_waits_for_release_and_a_changed_version_needs_another(paper_world):
    paper_world.policy(approval_gate="each")
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.sync()
    assert paper_world.hold().reason == "awaits_release"
    changed = paper.requisition(due="1500.00", lines=(paper.line(to_date="1500.00"),), updated_at=paper_world.now)
    acts.release([paper_world.document()], by="ana", now=paper_world.now)
    paper.SHEET.records["1"] = changed
    paper_world.later(minutes=20)
    paper_world.run()
    assert paper_world.hold().reason == "awaits_release"
    acts.release([paper_world.document()], by="ana", now=paper_world.now)
    paper_world.work()
    assert [bill.total for bill in paper.SHEET.bills()] == [Decimal("1500.00")]
    assert paper_world.document().released_by == "ana"


def test_a_total_that_does_not_prove_is_held_and_posts_once_the_source_mends_it(paper_world):
    paper.SHEET.records["1"] = paper.requisition(due="999.99")
    paper_world.sync()
    assert paper_world.hold().reason == "total_proof"
    assert "-0.01" in paper_world.hold().sentence
    paper.SHEET.records["1"] = paper.requisition(updated_at=paper_world.now)
    paper_world.later(minutes=20)
    paper_world.sync()
    assert paper_world.document().state == "posted"


def test_a_hand_keyed_bill_of_the_same_amount_can_be_linked(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.booked["9"] = paper.Booked("9", "bill", "INV-1", "V-1", "USD", Decimal("1000.00"), 1, "", "Posted")
    paper_world.sync()
    acts.link(paper_world.document(), by="carl", now=paper_world.now)
    assert (paper_world.document().state, paper_world.document().ledger_ref) == ("posted", "9")


def test_an_unknown_vendor_makes_the_lists_be_read_again_once(paper_world):
    paper.SHEET.records["1"] = paper.requisition(vendor_ref="v7")
    paper.SHEET.references["source", paper.Kind.VENDOR].append(paper.Reference(paper.Kind.VENDOR, "v7", "", "Brand New"))
    paper_world.later(minutes=10)
    paper_world.sync()
    assert paper_world.hold().reason == "vendor_unmapped"


def test_an_unexpected_failure_while_preparing_holds_one_document_and_lets_the_others_go(paper_world, monkeypatch):
    from connectors.sync import prepare

    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2")
    real = prepare.judge

    def broken(document, **more):
        if document.source_id == "1":
            raise ZeroDivisionError("a bug")
        return real(document, **more)

    monkeypatch.setattr(prepare, "judge", broken)
    paper_world.sync()
    assert paper_world.hold("1").reason == "unreadable"
    assert paper_world.document("2").state == "posted"


def test_a_mistyped_year_before_the_start_date_is_held_and_not_left_out(paper_world):
    from datetime import date

    paper.SHEET.records["1"] = paper.requisition(billing_date=date(26, 10, 1))
    paper_world.sync()
    assert paper_world.hold().reason == "date_impossible"
