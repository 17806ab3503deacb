"""Rate arithmetic: no window is ever overdrawn, and the remote's advice is read with care."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from requests.structures import CaseInsensitiveDict

from connectors.kit.throttle import LONGEST_WAIT_S, Advice, Spent, next_free, pause_until, read_headers, retry_after, take, wait_for
from connectors.port.connector import Window

NOW = 1_790_000_000.0


@pytest.mark.parametrize("window", [Window(25, 10), Window(100, 10), Window(600, 3600), Window(1, 1), Window(2, 5), Window(3, 60)])
def test_no_stretch_of_a_window_ever_holds_more_calls_than_allowed(window):
    chance, now, spent, calls = random.Random(7), NOW, Spent(), []
    for _ in range(400):
        now += chance.choice([0, 0, 0, 0, window.seconds / 50, window.seconds])
        now += wait_for(window, spent, now=now)
        spent = take(window, spent, now=now)
        calls.append(now)
    for start in calls:
        assert sum(start <= call < start + window.seconds - 0.001 for call in calls) <= window.calls


def test_an_idle_connection_waits_for_nothing():
    assert wait_for(Window(100, 10), Spent(), now=NOW) == 0
    assert next_free({Window(100, 10): Spent()}, now=NOW) == NOW


def test_the_next_free_moment_is_the_latest_of_all_windows_and_the_pause():
    full = Spent(until=NOW + 7200)
    assert next_free({Window(100, 10): Spent(), Window(2, 3600): full}, now=NOW) > NOW + 3600
    assert next_free({Window(100, 10): Spent()}, paused_until=NOW + 30, now=NOW) == NOW + 30


@pytest.mark.parametrize(
    ("text", "seconds", "capped"),
    [
        ("12", 12, False),
        ("0", 0, False),
        ("-5", 0, False),
        ("1.5", 1.5, False),
        ("31536000", LONGEST_WAIT_S, True),
        (format_datetime(datetime.fromtimestamp(NOW + 90, tz=UTC), usegmt=True), 90, False),
        (format_datetime(datetime.fromtimestamp(NOW - 90, tz=UTC), usegmt=True), 0, False),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT_S, True),
        ("", None, False),
        ("soon", None, False),
        ("inf", None, False),
        ("nan", None, False),
    ],
)
def test_retry_after_is_read_in_all_its_forms(text, seconds, capped):
    assert retry_after(text, now=NOW) == (seconds, capped)


def test_the_headers_of_an_answer_become_advice():
    headers = CaseInsensitiveDict({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(int(NOW) + 8), "X-Rate-Limit-Limit": "25"})
    advice = read_headers(headers, now=NOW)
    assert advice == Advice(remaining=0, reset_at=NOW + 8)
    assert pause_until(advice, now=NOW) == NOW + 8


def test_a_reset_far_in_the_future_is_capped_and_said_so():
    advice = read_headers({"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(NOW * 2)}, now=NOW)
    assert advice.capped
    assert pause_until(advice, now=NOW) == NOW + LONGEST_WAIT_S


def test_nothing_is_paused_while_calls_are_left():
    assert pause_until(Advice(remaining=3, reset_at=NOW + 8), now=NOW) is None
    assert pause_until(Advice(remaining=0, reset_at=NOW - 8), now=NOW) is None
