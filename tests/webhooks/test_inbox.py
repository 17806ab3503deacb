"""Workers take receipts oldest first, under a lease, and every receipt ends somewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.webhooks import inbox
from connectors.webhooks.inbox import LEASE, MOST_ATTEMPTS
from connectors.webhooks.models import Receipt
from connectors.webhooks.receive import read_delivery, store
from onecore.lib.clock import utcnow

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return utcnow()


@pytest.fixture
def three(hooked: Any, now: datetime) -> list[str]:
    for number in range(3):
        store(hooked[0], read_delivery(b'{"id": "e%d"}' % number), now=now - timedelta(seconds=10 - number))
    return ["e0", "e1", "e2"]


def _ids(receipts: list[Receipt]) -> list[str]:
    return [receipt.event_id for receipt in receipts]


def test_it_hands_out_the_oldest_first_and_each_one_once(three: list[str], now: datetime) -> None:
    first = inbox.take(2, now=now)
    assert _ids(first) == three[:2]
    assert _ids(inbox.take(2, now=now)) == three[2:]
    assert inbox.take(2, now=now) == []


def test_an_attempt_is_counted_before_the_work_begins(three: list[str], now: datetime) -> None:
    taken = inbox.take(1, now=now)
    assert taken[0].attempts == 1
    assert Receipt.everywhere.get(pk=taken[0].pk).attempts == 1


def test_what_a_dead_worker_took_comes_back_after_the_lease(three: list[str], now: datetime) -> None:
    inbox.take(3, now=now)
    assert inbox.take(3, now=now + LEASE - timedelta(seconds=1)) == []
    assert sorted(_ids(inbox.take(3, now=now + LEASE))) == three


def test_what_keeps_killing_its_worker_is_given_up_with_a_note(three: list[str], now: datetime) -> None:
    for attempt in range(MOST_ATTEMPTS):
        assert len(inbox.take(3, now=now + attempt * LEASE)) == 3
    assert inbox.take(3, now=now + MOST_ATTEMPTS * LEASE) == []
    assert {(receipt.state, receipt.note[:8]) for receipt in Receipt.everywhere.all()} == {("failed", "Given up")}


def test_done_and_ignored_are_never_handed_out_again(three: list[str], now: datetime) -> None:
    taken = inbox.take(3, now=now)
    assert inbox.done(taken[:2], "read again", now=now) == 2
    assert inbox.ignored(taken[2:], "we wrote it ourselves", now=now) == 1
    assert inbox.take(3, now=now + 10 * LEASE) == []
    assert inbox.waiting() == 0
    assert inbox.done(taken, now=now) == 0


def test_a_failure_waits_longer_each_time_and_then_stays_failed(hooked: Any, three: list[str], now: datetime) -> None:
    waits = []
    for _ in range(MOST_ATTEMPTS):
        taken = inbox.take(3, now=now)
        assert len(taken) == 3
        inbox.failed(taken, "the source did not answer", now=now)
        receipt = Receipt.everywhere.first()
        waits.append((receipt.due_at - now).total_seconds())
        now = max(now, receipt.due_at)
    assert waits[:-1] == [2, 4, 8, 16]
    assert set(Receipt.everywhere.values_list("state", "note")) == {("failed", "the source did not answer")}


def test_what_is_handed_back_untouched_is_due_at_once_and_not_counted(three: list[str], now: datetime) -> None:
    inbox.release(inbox.take(3, now=now))
    again = inbox.take(3, now=now)
    assert _ids(again) == three
    assert {receipt.attempts for receipt in again} == {1}


def test_it_takes_many_in_three_queries(hooked: Any, now: datetime) -> None:
    for number in range(40):
        store(hooked[0], read_delivery(b'{"id": %d}' % number), now=now)
    with CaptureQueriesContext(connection) as queries:
        assert len(inbox.take(100, now=now)) == 40
    work = [query for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(work) == 2


def test_old_handled_receipts_are_forgotten_and_open_ones_never(three: list[str], now: datetime) -> None:
    inbox.done(inbox.take(1, now=now), now=now)
    assert inbox.forget(now=now + inbox.KEEP - timedelta(days=1)) == 0
    assert inbox.forget(now=now + inbox.KEEP + timedelta(days=1)) == 1
    assert inbox.waiting() == 2
