"""A worker that was frozen for longer than its lease wakes up when another has done its work: nothing happens twice."""

from __future__ import annotations

import signal

from connectors.sync.models import Attempt, Posting
from connectors.sync.states import PostingState
from tests.journeys.conftest import CREATE, LOOK, Journey
from tests.journeys.processes import Running, until


def _frozen_while(journey: Journey, phase: str, operation: str) -> Running:
    journey.hold(phase, operation)
    journey.harbor.make_due()
    late = journey.processes.worker(ONECORE_WORKERS="1")
    journey.until_held()
    late.freeze()
    return late


def _wakes_up_late(journey: Journey, late: Running) -> None:
    journey.processes.worker(ONECORE_WORKERS="1")
    journey.until_quiet()
    journey.harbor.prove(posted=6)
    fences = dict(Posting.everywhere.values_list("pk", "fence"))
    bills = journey.harbor.booked()
    late.signal_each(signal.SIGCONT)
    journey.sandbox.post("held/release")
    until(lambda: not journey.sandbox.get("held")["held"], "what was stopped went on")
    late.stop()

    assert journey.harbor.booked() == bills
    assert dict(Posting.everywhere.values_list("pk", "fence")) == fences
    assert not Posting.everywhere.exclude(state=PostingState.POSTED).exists()
    assert Attempt.everywhere.filter(result="lost").exists(), "its tries are told as lost"
    journey.harbor.prove(posted=6)


def test_one_frozen_before_sending_sends_nothing_any_more(journey: Journey) -> None:
    late = _frozen_while(journey, "after", LOOK)
    journey.sandbox.post("held/release")  # the answer waits in its socket
    _wakes_up_late(journey, late)
    assert journey.harbor.calls()["create APBILL"] == 6, "each bill was sent by one worker only"


def test_one_frozen_while_its_request_is_on_the_way_has_no_second_effect(journey: Journey) -> None:
    late = _frozen_while(journey, "before", CREATE)
    _wakes_up_late(journey, late)
