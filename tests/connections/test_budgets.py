"""Rate limits shared by every worker."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.connections.budgets import DatabaseThrottle, shared_key
from connectors.connections.models import Connection, Slot
from connectors.port.connector import RatePlan, Window
from connectors.port.errors import TryLater

pytestmark = pytest.mark.django_db


class Clock:
    """Sleeping moves it; nothing else does."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def throttle_of(connection: Connection, plan: RatePlan, clock: Clock, **changes: Any) -> DatabaseThrottle:
    return DatabaseThrottle(connection, plan, lease_s=150, now=clock, sleep=clock.sleep, **changes)


def test_a_call_nobody_competes_with_costs_three_queries(connection: Connection, clock: Clock, django_assert_num_queries: Any) -> None:
    throttle = throttle_of(connection, RatePlan((Window(100, 10, "app"), Window(3600, 3600, "app")), concurrent=4), clock)
    with throttle.slot():
        pass  # the first call makes the rows
    with django_assert_num_queries(3), throttle.slot():
        pass


def test_no_stretch_of_a_window_ever_holds_more_calls_than_allowed(connection: Connection, clock: Clock) -> None:
    throttle = throttle_of(connection, RatePlan((Window(10, 10),)), clock)
    moments = []
    for _ in range(60):
        with throttle.slot():
            moments.append(clock())
    assert max(sum(1 for moment in moments if start <= moment < start + 10) for start in moments) <= 10


def test_two_connections_of_one_app_share_its_window(connection: Connection, tenant: object, clock: Clock) -> None:
    plan = RatePlan((Window(2, 1000, "app"),))
    other = Connection.objects.create(system="pretend", name="Other")
    with throttle_of(connection, plan, clock, patience_s=0.1).slot():
        pass
    with pytest.raises(TryLater) as told, throttle_of(other, plan, clock, patience_s=0.1).slot():
        pass
    assert told.value.after_s is not None
    assert told.value.after_s > 100


def test_windows_of_two_companies_are_apart(connection: Connection, tenant: object, clock: Clock) -> None:
    plan = RatePlan((Window(2, 1000, "company"),))
    connection.organisation_id = "1"
    other = Connection.objects.create(system="pretend", name="Other", organisation_id="2")
    for one in (connection, other):
        with throttle_of(one, plan, clock, patience_s=0.1).slot():
            pass


def test_two_connections_to_one_remote_company_share_its_concurrency(connection: Connection, tenant: object, clock: Clock) -> None:
    connection.organisation_id = "4711"
    other = Connection.objects.create(system="pretend", name="Other", organisation_id="4711")
    plan = RatePlan(concurrent=1)
    with throttle_of(connection, plan, clock).slot(), pytest.raises(TryLater), throttle_of(other, plan, clock, patience_s=0.05).slot():
        pass


def test_a_slot_comes_back_when_its_holder_is_done_even_after_an_error(connection: Connection, clock: Clock) -> None:
    throttle = throttle_of(connection, RatePlan(concurrent=1), clock)
    with pytest.raises(ValueError, match="remote"), throttle.slot():
        raise ValueError("remote")
    with throttle.slot():
        pass


def test_a_slot_of_a_dead_worker_comes_back_when_its_lease_is_over(connection: Connection, clock: Clock) -> None:
    throttle = throttle_of(connection, RatePlan(concurrent=1), clock, patience_s=0.05)
    with throttle.slot():
        pass
    Slot.objects.update(owner="killed", leased_until=clock() + 150)
    with pytest.raises(TryLater), throttle.slot():
        pass
    clock.seconds += 151
    with throttle.slot():
        pass


def test_retry_after_pauses_everybody_who_shares_the_budget(connection: Connection, tenant: object, clock: Clock) -> None:
    plan = RatePlan((Window(1000, 10, "app"),))
    other = Connection.objects.create(system="pretend", name="Other")
    throttle_of(connection, plan, clock).learned(remaining=None, reset_at=None, retry_after_s=120)
    with pytest.raises(TryLater) as told, throttle_of(other, plan, clock, patience_s=1).slot():
        pass
    assert told.value.pauses_connection
    assert 119 <= (told.value.after_s or 0) <= 121
    connection.refresh_from_db()
    assert connection.paused_until is not None
    clock.seconds += 121
    with throttle_of(other, plan, clock).slot():
        pass


def test_nothing_is_sent_before_the_reset_when_nothing_remains(connection: Connection, clock: Clock) -> None:
    throttle = throttle_of(connection, RatePlan((Window(1000, 10, "app"),)), clock)
    throttle.learned(remaining=0, reset_at=clock() + 4, retry_after_s=None)
    before = clock()
    with throttle.slot():
        assert clock() - before >= 4


def test_a_longer_pause_is_never_shortened_by_a_later_answer(connection: Connection, clock: Clock) -> None:
    throttle = throttle_of(connection, RatePlan(), clock, patience_s=1)
    throttle.learned(remaining=None, reset_at=None, retry_after_s=600)
    throttle.learned(remaining=None, reset_at=None, retry_after_s=10)
    with pytest.raises(TryLater) as told, throttle.slot():
        pass
    assert (told.value.after_s or 0) > 500


@pytest.mark.parametrize(("advice", "longest"), [(31_536_000.0, 3901.0), (-5.0, 0.0)])
def test_absurd_advice_is_capped(connection: Connection, clock: Clock, advice: float, longest: float) -> None:
    throttle = throttle_of(connection, RatePlan(), clock, patience_s=10_000)
    throttle.learned(remaining=None, reset_at=None, retry_after_s=advice)
    before = clock()
    with throttle.slot():
        assert clock() - before <= longest * 1.25 + 1


def test_remaining_calls_are_no_reason_to_wait(connection: Connection, clock: Clock) -> None:
    throttle = throttle_of(connection, RatePlan(), clock)
    throttle.learned(remaining=5, reset_at=clock() + 3600, retry_after_s=None)
    with throttle.slot():
        assert clock.slept == [] or sum(clock.slept) < 1


def test_the_company_is_known_by_its_own_id_and_otherwise_the_connection_stands_alone(connection: Connection) -> None:
    assert shared_key(connection, "company") == f"connection:{connection.pk}"
    connection.organisation_id = "4711"
    assert shared_key(connection, "company") == "company:pretend:4711"
