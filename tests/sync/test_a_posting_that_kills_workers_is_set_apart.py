"""Three silent deaths on one posting: it is held in plain sight, and so is what waits for it."""

from __future__ import annotations

from django.conf import settings

from connectors.sync import acts, outbox
from connectors.sync.models import Attempt, Document
from tests import paper
from tests.sync.test_order_within_a_commitment import chain
from tests.world import PaperWorld


def _die_while_posting(world: PaperWorld) -> None:
    states = ["ready", "uncertain"]
    assert outbox.claim(world.integration.ledger, states=states, limit=100, act=Attempt.Act.SEND, now=world.now)
    world.later(seconds=settings.ONECORE_LEASE_S + 1)
    outbox.release_stuck(now=world.now)


def test_three_deaths_set_it_apart_and_show_who_waits_for_it(paper_world: PaperWorld) -> None:
    chain(3)
    paper_world.run()
    for _ in range(3):
        _die_while_posting(paper_world)

    assert [paper_world.hold(str(number)).reason for number in (1, 2, 3)] == ["quarantined", "waits_for_document", "waits_for_document"]
    assert [document.state for document in Document.everywhere.order_by("sequence")] == ["held"] * 3
    assert paper.SHEET.bills() == []


def test_a_person_lets_it_go_and_the_others_follow(paper_world: PaperWorld) -> None:
    chain(3)
    paper_world.run()
    for _ in range(3):
        _die_while_posting(paper_world)

    acts.retry([paper_world.document("1")], by="ana", now=paper_world.now)
    for _ in range(20):
        paper_world.later(minutes=5)
        paper_world.work()
    assert {document.state for document in Document.everywhere.all()} == {"posted"}
    assert len(paper.SHEET.bills()) == 3
