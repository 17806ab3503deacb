"""A newer version amends or holds; deletion and withdrawn approval follow the policy; nothing is silent."""

from datetime import timedelta
from decimal import Decimal

import pytest

from connectors.port.records import Standing
from connectors.sync.work import work
from tests import paper

pytestmark = pytest.mark.django_db


def posted(world, **policy):
    world.policy(arrive_as="draft", **policy)
    paper.SHEET.records["1"] = paper.requisition()
    world.sync()
    assert world.document().state == "posted"
    world.later(minutes=20)


def changed(world):
    return paper.requisition(due="1200.00", lines=(paper.line(to_date="1200.00"),), updated_at=world.now)


def test_a_newer_version_amends_the_same_bill_and_keeps_its_number(paper_world):
    posted(paper_world)
    paper.SHEET.records["1"] = paper.replace(changed(paper_world), invoice_number="RENUMBERED")
    paper_world.sync()
    [bill] = paper.SHEET.bills()
    assert (bill.total, bill.number) == (Decimal("1200.00"), "INV-1")
    assert paper_world.posting().operation == "amend"


def test_where_amending_is_not_allowed_it_holds_and_shows_both_amounts(paper_world):
    posted(paper_world, amend="never")
    paper.SHEET.records["1"] = changed(paper_world)
    paper_world.sync()
    hold = paper_world.hold()
    assert hold.reason == "changed_after_posting"
    assert "1000" in hold.sentence
    assert "1200.00" in hold.sentence


def test_a_bill_that_left_draft_is_not_amended_by_the_default_policy(paper_world):
    posted(paper_world)
    ref = paper_world.document().ledger_ref
    paper.SHEET.booked[ref] = paper.replace(paper.SHEET.booked[ref], settled=True, state="Posted")
    paper.SHEET.records["1"] = changed(paper_world)
    paper_world.sync()
    assert paper_world.hold().reason == "changed_after_posting"
    assert paper.SHEET.booked[ref].total == Decimal("1000.00")


def test_a_paid_bill_is_never_changed(paper_world):
    posted(paper_world, amend="until_paid")
    ref = paper_world.document().ledger_ref
    paper.SHEET.booked[ref] = paper.replace(paper.SHEET.booked[ref], paid=Decimal("10.00"))
    paper.SHEET.records["1"] = changed(paper_world)
    paper_world.sync()
    assert paper_world.hold().reason == "paid_cannot_change"


def test_a_change_that_alters_no_draft_posts_nothing(paper_world):
    posted(paper_world)
    paper.SHEET.records["1"] = paper.requisition(status="approved_as_noted", updated_at=paper_world.now)
    paper_world.sync()
    assert paper.SHEET.calls.count("send") == 1
    assert paper_world.document().state == "posted"


def test_a_withdrawn_approval_asks_by_default(paper_world):
    posted(paper_world)
    paper.SHEET.records["1"] = paper.requisition(standing=Standing.OPEN, status="under_review", updated_at=paper_world.now)
    paper_world.sync()
    assert paper_world.hold().reason == "withdrawn_after_posting"
    assert len(paper.SHEET.bills()) == 1


def test_a_deleted_record_is_voided_where_the_policy_says_so(paper_world):
    posted(paper_world, source_deletion="void")
    del paper.SHEET.records["1"]
    paper_world.run(full=True)
    paper_world.work()
    assert paper.SHEET.bills() == []
    assert paper_world.document().state == "gone"
    assert paper_world.document().ledger_ref == ""


def test_a_record_deleted_before_it_was_posted_is_gone_without_a_trace_in_the_ledger(paper_world):
    paper.SHEET.records["1"] = paper.requisition(lines=(paper.line(code="cc9"),))
    paper_world.sync()
    del paper.SHEET.records["1"]
    paper_world.later(minutes=5)
    paper_world.run(full=True)
    paper_world.work()
    assert paper_world.document().state == "gone"
    assert paper_world.hold() is None


def test_a_version_that_arrives_while_the_first_is_uncertain_waits_for_it(paper_world):
    from connectors.port.errors import Uncertain

    paper_world.policy(arrive_as="draft")
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.after_store = [Uncertain("lost")]
    paper_world.run()
    paper_world.work()
    paper.SHEET.records["1"] = changed(paper_world)
    paper_world.run()
    assert paper_world.posting().operation == "create"
    paper_world.now += timedelta(seconds=5)
    work(clock=paper_world.clock, budget_s=20)
    [bill] = paper.SHEET.bills()
    assert bill.total == Decimal("1200.00")
    assert paper_world.posting().operation == "amend"


def test_a_negative_total_becomes_a_vendor_credit_that_names_what_it_corrects(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    lines = (paper.line(to_date="400.00"),)
    paper.SHEET.records["2"] = paper.requisition("2", number=2, previous="1", due="-600.00", lines=lines)
    paper_world.sync()
    credit = next(draft for draft in paper.SHEET.drafts.values() if type(draft).__name__ == "VendorCredit")
    assert credit.total == Decimal("-600.00")
    assert credit.corrects == "INV-1"
    assert paper_world.document("2").posted_amount == Decimal("-600.00")


def test_a_person_can_say_that_the_ledger_was_put_right_by_hand_and_it_holds_for_this_version_only(paper_world):
    from connectors.sync import acts

    posted(paper_world, amend="never")
    paper.SHEET.records["1"] = changed(paper_world)
    paper_world.sync()
    with pytest.raises(acts.CannotAct):
        acts.skip([paper_world.document()], reason="no", by="carl", now=paper_world.now)
    acts.settle_by_hand([paper_world.document()], reason="corrected in the ledger", by="carl", now=paper_world.now)
    paper_world.later(minutes=1)
    paper_world.policy(amend="never")
    paper_world.work()
    assert paper_world.document().state == "posted"
    assert paper_world.hold() is None
    paper_world.later(minutes=20)
    paper.SHEET.records["1"] = paper.requisition(due="1300.00", lines=(paper.line(to_date="1300.00"),), updated_at=paper_world.now)
    paper_world.sync()
    assert paper_world.hold().reason == "changed_after_posting"


def test_losing_sight_of_a_project_is_told_and_voids_nothing(paper_world, monkeypatch):
    from connectors.port.errors import Code, Refused

    posted(paper_world, source_deletion="void")
    record = paper.SHEET.records.pop("1")
    paper.SHEET.records["2"] = paper.requisition("2", project_ref="p2", commitment_ref="c2", updated_at=paper_world.now)
    real = paper.PaperSource.read

    def blind(self, kind, refs):
        if any(project == "p1" for _, project in refs):
            raise Refused("You no longer have access to this project.", code=Code.PERMISSION_MISSING)
        return real(self, kind, refs)

    monkeypatch.setattr(paper.PaperSource, "read", blind)
    run = paper_world.run(full=True)
    paper_world.work()
    assert run.state == "done"
    assert "can no longer be seen" in run.sentence
    assert paper_world.document("1").state == "posted"
    assert paper_world.document("2").state == "posted"
    assert record.source_id == "1"
