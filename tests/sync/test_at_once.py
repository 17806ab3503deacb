"""Two workers at once on PostgreSQL: each row has one owner, nobody waits in a circle, nothing is posted twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connections, transaction

from connectors.sync import acts, bench, outbox, prepare
from connectors.sync.models import Document, Flow, Posting
from tests import paper

# The test database of SQLite lives in memory, which threads cannot share.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def in_thread(act: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return run


def whole_flow(world) -> Flow:
    return Flow.everywhere.select_related("integration__policy__retainage_account", "integration__source", "integration__ledger").get(
        pk=world.flow.pk
    )


def test_a_posting_that_is_being_claimed_is_not_replaced(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.run()
    Document.everywhere.update(state="pending")
    table, claimed, go_on = bench.set_up(whole_flow(paper_world)), Event(), Event()

    def claim() -> None:
        with transaction.atomic():
            Posting.everywhere.select_for_update().get()
            Posting.everywhere.update(state="sending", fence=1)
            claimed.set()
            go_on.wait(5)

    def judge() -> int:
        claimed.wait(5)
        return prepare.prepare_block(whole_flow(paper_world), table, now=paper_world.now)

    with ThreadPoolExecutor(2) as pool:
        claiming, judging = pool.submit(in_thread(claim)), pool.submit(in_thread(judge))
        claimed.wait(5)
        go_on.set()
        claiming.result(10)
        judging.result(10)
    assert list(Posting.everywhere.values_list("state", flat=True)) == ["sending"]
    assert paper_world.document().state == "queued"


def test_two_workers_never_claim_the_same_posting(paper_world):
    for number in range(1, 41):
        paper.SHEET.records[str(number)] = paper.requisition(str(number), commitment_ref=f"c{number}")
    paper_world.run()
    start = Barrier(4)

    def claim() -> list[int]:
        start.wait(5)
        lease = outbox.claim(paper_world.integration.ledger, states=["ready"], limit=15, act="send", now=paper_world.now)
        return [posting.pk for posting in lease.postings] if lease else []

    with ThreadPoolExecutor(4) as pool:
        claims = [claim.result(10) for claim in [pool.submit(in_thread(claim)) for _ in range(4)]]
    taken = [pk for claim in claims for pk in claim]
    assert len(taken) == len(set(taken)) == 40


def test_workers_and_a_person_at_once_settle_without_a_deadlock_and_without_a_second_bill(paper_world):
    for number in range(1, 31):
        previous = str(number - 1) if number % 3 != 1 else ""
        rank = (number - 1) % 3 + 1
        lines = (paper.line(to_date=f"{rank}000.00"),)
        paper.SHEET.records[str(number)] = paper.requisition(
            str(number), number=rank, previous=previous, commitment_ref=f"c{(number - 1) // 3}", lines=lines
        )
    paper_world.run()
    start = Barrier(4)

    def worker() -> None:
        start.wait(5)
        paper_world.work()

    def person() -> None:
        start.wait(5)
        for _ in range(10):
            Document.everywhere.exclude(state__in=["posted", "queued"]).update(state="pending")
            acts.retry(list(Document.everywhere.all()), by="carl", now=paper_world.now)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(in_thread(act)) for act in (worker, worker, worker, person)]:
            done.result(60)
    paper_world.work()
    assert sorted(Document.everywhere.values_list("state", flat=True)) == ["posted"] * 30
    assert len(paper.SHEET.bills()) == 30
