"""One approved requisition, one bill; nothing changed, nothing happens."""

from decimal import Decimal

import pytest

from audit.models import Entry
from connectors.port.errors import Code, Refused, TryLater, Uncertain
from tests import paper

pytestmark = pytest.mark.django_db


def test_an_approved_requisition_becomes_one_bill(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.sync()
    [bill] = paper.SHEET.bills()
    assert (bill.vendor, bill.number, bill.total, bill.currency) == ("V-1", "INV-1", Decimal("1000.00"), "USD")
    assert paper_world.document().state == "posted"
    assert paper_world.document().posted_amount == Decimal("1000.00")


def test_a_second_run_posts_nothing_and_writes_no_audit_entry(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.sync()
    entries, sends = Entry.everywhere.count(), paper.SHEET.calls.count("send")
    paper_world.later(hours=30)
    run = paper_world.run(full=True)
    paper_world.work()
    assert (run.unchanged, run.changed, run.new) == (1, 0, 0)
    assert (Entry.everywhere.count(), paper.SHEET.calls.count("send")) == (entries, sends)


def test_a_requisition_that_is_not_approved_waits_quietly(paper_world):
    from connectors.port.records import Standing

    paper.SHEET.records["1"] = paper.requisition(standing=Standing.OPEN, status="under_review")
    paper_world.sync()
    assert paper_world.document().state == "dormant"
    assert paper.SHEET.bills() == []


def test_it_does_not_post_twice_when_the_answer_is_lost(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.after_store = [Uncertain("the answer was lost")]
    paper_world.run()
    paper_world.work()
    assert paper_world.posting().state == "uncertain"
    paper_world.later(seconds=2)
    paper_world.work()
    assert paper_world.posting().state == "posted"
    assert len(paper.SHEET.bills()) == 1
    assert paper.SHEET.calls.count("send") == 1


def test_a_write_that_never_arrived_is_resent_under_the_same_key_after_the_window(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.before_send = [Uncertain("the connection broke")]
    paper_world.run()
    paper_world.work()
    key = paper_world.posting().key
    for _ in range(40):
        paper_world.later(seconds=60)
        paper_world.work()
    posting = paper_world.posting()
    assert (posting.state, posting.key, posting.rounds) == ("posted", key, 1)
    assert len(paper.SHEET.bills()) == 1
    assert paper.SHEET.bodies[0] == paper.SHEET.bodies[1]


def test_it_is_not_resent_before_the_window_is_over(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.before_send = [Uncertain("the connection broke")]
    paper_world.run()
    for _ in range(9):
        paper_world.work()
        paper_world.later(seconds=100)
    assert paper.SHEET.calls.count("send") == 1
    assert paper_world.posting().state == "uncertain"


def test_the_window_does_not_run_while_the_ledger_cannot_be_asked(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.before_send = [Uncertain("the connection broke")]
    paper_world.run()
    paper_world.work()
    paper.SHEET.find_fails = [TryLater("down") for _ in range(50)]
    for _ in range(30):
        paper_world.later(seconds=100)
        paper_world.work()
    paper.SHEET.find_fails = []
    paper_world.later(seconds=900)
    paper_world.work()
    assert paper.SHEET.calls.count("send") == 1


def test_three_rounds_without_an_answer_end_in_a_hold(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.before_send = [Uncertain("silence") for _ in range(10)]
    paper_world.run()
    for _ in range(300):
        paper_world.work()
        paper_world.later(seconds=120)
    assert paper_world.posting().state == "held"
    assert paper_world.hold().reason == "outcome_uncertain"
    assert paper.SHEET.calls.count("send") == 4


def test_a_throttled_ledger_is_asked_again_with_the_same_key(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.before_send = [TryLater("slow down", after_s=30)]
    paper_world.run()
    paper_world.work()
    posting = paper_world.posting()
    assert posting.state == "waiting"
    assert (posting.not_before - paper_world.now).total_seconds() >= 30
    assert paper_world.hold() is None
    paper_world.later(seconds=60)
    paper_world.work()
    assert paper_world.posting().state == "posted"


def test_the_remotes_own_guard_answering_already_done_leads_to_adoption(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.run()
    posting = paper_world.posting()
    paper.SHEET.seen_keys.add(posting.key)
    paper_world.work()
    assert paper_world.posting().state == "uncertain"
    # It shows at last: it had been stored by a try nobody heard of.
    draft = paper_world.posting().draft
    paper.SHEET.booked["77"] = paper.Booked("77", "bill", draft["number"], "V-1", "USD", Decimal("1000.00"), 1, posting.token, "Posted")
    paper_world.later(seconds=5)
    paper_world.work()
    assert paper_world.document().ledger_ref == "77"


def test_a_bill_keyed_by_hand_under_the_same_number_is_asked_about(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.booked["9"] = paper.Booked("9", "bill", "INV-1", "V-1", "USD", Decimal("1000.00"), 1, "", "Posted")
    paper_world.sync()
    assert paper_world.hold().reason == "duplicate_number"
    assert paper.SHEET.calls.count("send") == 0


def test_our_bill_with_another_total_is_shown_and_not_adopted(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.run()
    token = paper_world.posting().token
    paper.SHEET.booked["9"] = paper.Booked("9", "bill", "INV-1", "V-1", "USD", Decimal("900.00"), 1, token, "Posted")
    paper_world.work()
    assert paper_world.hold().reason == "found_but_different"
    assert "900.00" in paper_world.hold().sentence


def test_one_refused_bill_never_sinks_the_rest(paper_world):
    for number in range(1, 4):
        paper.SHEET.records[str(number)] = paper.requisition(str(number), commitment_ref=f"c{number}")
    paper.SHEET.refuse["INV-2"] = Refused("Vendor V-1 is inactive.", code=Code.VENDOR_UNUSABLE)
    paper_world.sync()
    assert sorted(bill.number for bill in paper.SHEET.bills()) == ["INV-1", "INV-3"]
    assert paper_world.hold("2").reason == "vendor_unusable"
    assert "inactive" in paper_world.hold("2").sentence
