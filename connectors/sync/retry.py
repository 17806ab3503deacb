"""When to try again: pure functions of what happened, how often, and a random number handed in."""

from __future__ import annotations

from datetime import datetime, timedelta

ADVICE_CAP_S = 6 * 3600.0
"""A remote that asks for more than six hours (a year, a clock gone wrong) is asked again after six."""

_LOOKS_S = (1.0, 4.0, 10.0, 30.0, 60.0, 120.0, 240.0)
QUARANTINE_STARTS = 3
"""A posting whose worker died three times is held: it may be what kills them."""

ROUNDS = 3
"""How often an uncertain posting is resent before a person is asked."""


def next_try(*, attempt: int, now: datetime, jitter: float, base_s: float, max_s: float, advice_s: float | None = None) -> datetime:
    """Capped exponential back-off with full jitter (0 <= jitter < 1); the remote's own advice is a floor, never a ceiling."""
    delay = min(max_s, base_s * 2 ** min(max(attempt - 1, 0), 20)) * (0.5 + jitter / 2)
    if advice_s is not None:
        delay = max(delay, min(max(advice_s, 0.0), ADVICE_CAP_S))
    return now + timedelta(seconds=delay)


def next_look(*, looks: int, looked_s: float, window_s: float, now: datetime) -> datetime:
    """When to look again for a write whose answer was lost; the last look falls on the end of the window."""
    pause = _LOOKS_S[min(looks, len(_LOOKS_S) - 1)]
    return now + timedelta(seconds=max(0.2, min(pause, window_s - looked_s)))
