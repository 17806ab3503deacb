"""Rate arithmetic, pure: how much of a window is spent, when the next call is free, what the headers said.

Nobody is asked for the time here, and nothing is stored: the budgets of `connectors.connections` keep the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from connectors.port.connector import Window

LONGEST_WAIT_S = 3900.0
"""A little over an hour, the longest window any of the systems has; longer advice is an error or an attack."""
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Advice:
    """What the headers of an answer said. `reset_at` in seconds since the epoch; `capped`: a wait was out of all measure."""

    remaining: int | None = None
    reset_at: float | None = None
    retry_after_s: float | None = None
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """One window's state: a single moment. `until`: the time at which everything taken so far is paid off."""

    until: float = 0.0


def burst(window: Window) -> int:
    """Calls that may go at once after a rest. Half the window: the rest trickles in, so that no stretch of
    `window.seconds`, however it lies, ever holds more than `window.calls`."""
    return max(1, math.ceil(window.calls / 2))


def wait_for(window: Window, spent: Spent, *, now: float) -> float:
    """Seconds until one more call fits; 0.0 now."""
    ahead = max(spent.until, now) - now
    return max(0.0, ahead - (burst(window) - 1) * _interval(window) - _EPSILON)


def take(window: Window, spent: Spent, *, now: float) -> Spent:
    """The state after one call at `now`; the caller has waited."""
    return Spent(until=max(spent.until, now) + _interval(window))


def next_free(states: Mapping[Window, Spent], *, paused_until: float = 0.0, now: float) -> float:
    """The first moment at which a call fits every window and the remote's own pause."""
    waits = [wait_for(window, spent, now=now) for window, spent in states.items()]
    return max([now, paused_until, *(now + wait for wait in waits)])


def pause_until(advice: Advice, *, now: float) -> float | None:
    """The moment until which nothing should be sent, None if the remote asked for no pause."""
    ends = []
    if advice.retry_after_s is not None:
        ends.append(now + advice.retry_after_s)
    if advice.remaining is not None and advice.remaining <= 0 and advice.reset_at is not None:
        ends.append(min(advice.reset_at, now + LONGEST_WAIT_S))
    return max(ends) if ends and max(ends) > now else None


def read_headers(
    headers: Mapping[str, str],
    *,
    now: float,
    remaining: str = "x-rate-limit-remaining",
    reset: str = "x-rate-limit-reset",
) -> Advice:
    """The advice in an answer's headers; what cannot be read counts as not said. `headers` ignore case."""
    after, capped = retry_after(headers.get("retry-after", ""), now=now)
    reset_at = _number(headers.get(reset, ""))
    if reset_at is not None and reset_at > now + LONGEST_WAIT_S:
        reset_at, capped = now + LONGEST_WAIT_S, True
    left = _number(headers.get(remaining, ""))
    return Advice(remaining=None if left is None else int(left), reset_at=reset_at, retry_after_s=after, capped=capped)


def retry_after(text: str, *, now: float) -> tuple[float | None, bool]:
    """Seconds to wait by a Retry-After header (seconds or a date), never negative, and whether it had to be capped."""
    text = text.strip()
    if not text:
        return None, False
    seconds = _number(text)
    if seconds is None:
        try:
            moment = parsedate_to_datetime(text)
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None, False
    if seconds > LONGEST_WAIT_S:
        return LONGEST_WAIT_S, True
    return max(0.0, seconds), False


def _interval(window: Window) -> float:
    return window.seconds / max(1, window.calls - burst(window))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
