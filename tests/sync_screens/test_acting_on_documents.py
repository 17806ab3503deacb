"""What the buttons say is what happens; where it does not fit, the reason is shown and nothing changes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from connectors.port.errors import Code, Refused
from connectors.sync.models import Document
from tests import paper
from tests.sync_screens.conftest import told

pytestmark = pytest.mark.django_db


def _press(client, name, document, **more):
    return client.post(reverse(f"admin:sync_document_{name}", args=[document.pk]), {"confirmed": "yes", **more}, follow=True)


def _state(document):
    return Document.everywhere.get(pk=document.pk).state


def test_looking_at_the_question_changes_nothing(held, carl):
    for name in ("retry", "skip"):
        assert carl.get(reverse(f"admin:sync_document_{name}", args=[held.pk])).status_code == 200
    assert _state(held) == "held"


def test_retry_posts_what_the_ledger_now_accepts(paper_world, carl):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.refuse["INV-1"] = Refused("Vendor V-1 is inactive.", code=Code.VENDOR_UNUSABLE)
    paper_world.sync()
    paper.SHEET.refuse.clear()
    response = _press(carl, "retry", paper_world.document())
    assert "1 looked at again." in told(response)
    paper_world.later(days=60)
    paper_world.work()
    assert paper_world.document().state == "posted"
    assert len(paper.SHEET.bills()) == 1


def test_a_skip_asks_for_a_reason_and_keeps_it(held, carl):
    response = _press(carl, "skip", held, reason="  ")
    assert "Write a reason" in response.content.decode()
    assert _state(held) == "held"
    _press(carl, "skip", held, reason="keyed by hand on Tuesday")
    document = Document.everywhere.get(pk=held.pk)
    assert (document.state, document.skip_reason) == ("skipped", "keyed by hand on Tuesday")
    page = carl.get(reverse("admin:sync_document_change", args=[held.pk])).content.decode()
    assert "keyed by hand on Tuesday" in page


def test_release_lets_a_gated_document_go(paper_world, carl):
    paper_world.policy(approval_gate="each")
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.sync()
    document = paper_world.document()
    page = carl.get(reverse("admin:sync_document_change", args=[document.pk])).content.decode()
    assert reverse("admin:sync_document_release", args=[document.pk]) in page
    assert paper.SHEET.bills() == []
    _press(carl, "release", document)
    paper_world.work()
    assert paper_world.document().released_by == "carl"
    assert len(paper.SHEET.bills()) == 1


def test_releasing_what_is_held_for_another_reason_is_refused_in_words(held, carl):
    assert "waits for a release" in told(_press(carl, "release", held))
    assert _state(held) == "held"


def test_link_takes_a_bill_keyed_by_hand_as_posted(paper_world, carl):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.booked["9"] = paper.Booked("9", "bill", "INV-1", "V-1", "USD", Decimal("1000.00"), 1, "", "Posted")
    paper_world.sync()
    _press(carl, "link", paper_world.document())
    assert (paper_world.document().state, paper_world.document().ledger_ref) == ("posted", "9")
    assert paper.SHEET.calls.count("send") == 0


def test_link_refuses_a_bill_of_another_amount_and_says_both(paper_world, carl):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.booked["9"] = paper.Booked("9", "bill", "INV-1", "V-1", "USD", Decimal("900.00"), 1, "", "Posted")
    paper_world.sync()
    said = told(_press(carl, "link", paper_world.document()))
    assert "900.00" in said
    assert "1000" in said
    assert paper_world.document().state == "held"


def test_link_is_refused_for_any_other_hold(held, carl):
    assert "can be linked" in told(_press(carl, "link", held))
    assert _state(held) == "held"


@pytest.mark.parametrize("page", ["document", "hold"])
def test_a_lists_action_asks_first_and_then_acts_on_the_chosen_only(page, paper_world, carl):
    for number in ("1", "2", "3"):
        paper.SHEET.records[number] = paper.requisition(number, commitment_ref=f"c{number}", lines=(paper.line(code="cc9"),))
    paper_world.sync()
    rows = [paper_world.document(number) if page == "document" else paper_world.hold(number) for number in ("1", "2")]
    sent = {"action": "skip_chosen", ACTION_CHECKBOX_NAME: [row.pk for row in rows], "index": "0"}
    address = reverse(f"admin:sync_{page}_changelist")
    asked = carl.post(address, sent).content.decode()
    assert "SC-001 #1" in asked
    assert paper_world.document("1").state == "held"
    carl.post(address, {**sent, "confirmed": "yes", "reason": "not ours"})
    assert [paper_world.document(number).state for number in ("1", "2", "3")] == ["skipped", "skipped", "held"]


def test_a_document_of_which_something_may_be_in_the_ledger_is_not_skipped(paper_world, carl):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.before_send = [paper.Uncertain("the connection broke")]
    paper_world.sync()
    token = paper_world.posting().token
    paper.SHEET.booked["9"] = paper.Booked("9", "bill", "INV-1", "V-1", "USD", Decimal("900.00"), 1, token, "Posted")
    paper_world.later(seconds=60)
    paper_world.work()
    assert paper_world.hold().reason == "found_but_different"
    said = told(_press(carl, "skip", paper_world.document(), reason="away with it"))
    assert "may be in the ledger" in said
    assert paper_world.document().state == "held"
