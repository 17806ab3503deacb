"""A system that refuses even a fresh sign-in: its connection says so, and it is left alone until someone signed in."""

from __future__ import annotations

from connectors.connections.models import Connection
from connectors.port.errors import SignInAgain
from connectors.sync import selectors
from tests import paper
from tests.world import PaperWorld


def test_a_ledger_that_refuses_the_sign_in_waits_for_a_person(paper_world: PaperWorld) -> None:
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.before_send = [SignInAgain("The user was removed.")]
    paper_world.sync()

    ledger = Connection.everywhere.get(pk=paper_world.integration.ledger_id)
    assert (ledger.status, ledger.status_sentence) == ("sign_in", "The user was removed.")
    assert selectors.sign_in_needed() == [ledger.name]
    paper_world.later(hours=2)
    calls = list(paper.SHEET.calls)
    paper_world.work()
    assert paper.SHEET.calls == calls, "nobody knocks again before someone signed in"
    assert paper_world.posting().state == "waiting"
