"""SIGKILL at every step of a posting: after a restart the ledger holds each document once, to the cent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection

from connectors.sync import acts
from connectors.sync.models import Attempt, Document, Posting, Run
from connectors.sync.states import PostingState
from onecore.lib.clock import utcnow
from tests.journeys.bases import second_wrapper
from tests.journeys.conftest import CREATE, Journey
from tests.journeys.processes import Running, until


def _start_and_hold(journey: Journey) -> Running:
    journey.harbor.make_due()
    worker = journey.processes.worker()
    journey.until_held()
    return worker


def test_it_posts_once_when_killed_before_the_ledger_heard_of_it(journey: Journey) -> None:
    journey.hold("before")
    journey.sandbox.weather("refuse_before", system="intacct", match={"operation": CREATE}, times=1)
    _start_and_hold(journey).kill()
    journey.sandbox.post("held/release")
    assert not journey.harbor.booked()

    journey.go_on()


def test_it_adopts_the_bill_when_killed_after_the_ledger_stored_it(journey: Journey) -> None:
    journey.hold("after")
    _start_and_hold(journey).kill()
    journey.sandbox.post("held/release")
    stored = len(journey.harbor.booked())
    assert stored > 0

    journey.go_on()
    assert Attempt.everywhere.filter(result="adopted").count() == stored


def test_it_adopts_the_bill_when_killed_between_the_answer_and_its_commit(journey: Journey) -> None:
    journey.hold("after")
    worker = _start_and_hold(journey)
    stored = len(journey.harbor.booked())
    with _nobody_can_commit():
        journey.sandbox.post("held/release")
        until(lambda: not journey.sandbox.get("held")["held"], "the answer is given")
        time.sleep(0.7)  # the worker has it in hand now, and waits for the lock
        worker.kill()
    assert stored == Posting.everywhere.filter(state=PostingState.SENDING).count()

    journey.go_on()
    assert Attempt.everywhere.filter(result="adopted").count() == stored


@contextmanager
def _nobody_can_commit() -> Iterator[None]:
    """A lock that every settlement needs: the trail's heads, or the whole file where the database locks no rows."""
    blocker = second_wrapper()
    try:
        with blocker.cursor() as cursor:
            if connection.vendor == "postgresql":
                blocker.set_autocommit(False)
                cursor.execute("SELECT chain FROM audit_head FOR UPDATE")
            else:
                cursor.execute("BEGIN IMMEDIATE")
            yield
            cursor.execute("ROLLBACK")
    finally:
        blocker.close()


def test_a_request_that_reaches_the_ledger_after_its_worker_was_replaced_has_no_second_effect(journey: Journey) -> None:
    journey.hold("before")
    _start_and_hold(journey).kill()
    journey.processes.worker()
    resent = Posting.everywhere.filter(state=PostingState.POSTED)
    until(resent.exists, "the window passed and it was sent again under the same key", within_s=150)
    journey.sandbox.post("held/release")  # only now the first request arrives

    journey.until_quiet()
    journey.harbor.prove(posted=6)


def test_it_takes_up_reading_when_killed_in_the_middle_of_it(journey: Journey) -> None:
    journey.hold_reading("/requisitions")
    _start_and_hold(journey).kill()
    journey.sandbox.post("held/release")
    assert Run.everywhere.filter(state="running").exists()

    journey.go_on()


def test_it_looks_again_when_killed_while_looking_for_a_lost_answer(journey: Journey) -> None:
    journey.sandbox.weather("accept_then_lose", system="intacct", match={"operation": CREATE}, times=1)
    journey.sandbox.weather("hold_after", system="intacct", match={"operation": "APBILL$", "path": "."}, skip=2, times=1)
    _start_and_hold(journey).kill()
    journey.sandbox.post("held/release")

    journey.go_on()


def test_what_kills_its_worker_three_times_is_set_apart_and_a_person_can_let_it_go(journey: Journey) -> None:
    for _ in range(3):
        journey.sandbox.calm()
        journey.sandbox.weather("hold_before", system="intacct", match={"operation": "APBILL$"}, times=1)
        _start_and_hold(journey).kill()
        journey.sandbox.weather("refuse_before", system="intacct", match={"operation": "APBILL$"}, times=1)
        journey.sandbox.post("held/release")
        Posting.everywhere.filter(state=PostingState.SENDING).update(lease_until=utcnow() - timedelta(seconds=1))
    journey.sandbox.calm()
    worker = journey.processes.worker()
    journey.until_quiet()
    assert set(journey.harbor.holds().values()) == {"quarantined", "waits_for_document"}, journey.harbor.state()
    journey.harbor.prove()

    acts.retry(list(Document.everywhere.filter(holds__reason="quarantined").select_related("flow")), by="ana", now=utcnow())
    journey.until_quiet()
    journey.harbor.prove(posted=6)
    assert worker.process.poll() is None


def test_the_watchdog_starts_the_cluster_again_when_its_idle_workers_are_killed(journey: Journey) -> None:
    worker = journey.processes.worker()
    until(lambda: len(worker.family()) >= 7, "watchdog, cluster, sentinel, two workers, monitor and pusher are up")
    time.sleep(2)
    before = worker.family()
    worker.kill_some(before[3:5])

    journey.harbor.make_due()
    journey.until_quiet(within_s=150)
    journey.harbor.prove(posted=6)
