"""Two rate windows an app shares over all its calls; the headers describe the one nearer to exhaustion."""

import threading
from collections import deque

from connectors.sandbox.town import Town

HOURLY_LIMIT = 3600
SPIKE_LIMIT = 100
HOUR_S = 3600
SPIKE_S = 10
SURPASSED = "You have surpassed the max number of requests for an hour. Please wait until your limit resets."


class Limits:
    def __init__(self, town: Town) -> None:
        self._town = town
        self._lock = threading.Lock()
        self._calls: dict[str, deque[float]] = {}

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()

    def take(self, client_id: str) -> tuple[bool, dict[str, str]]:
        """Whether the call may go on, and the headers that go with its answer."""
        settings = self._town.settings("procore")
        hourly = int(settings.get("hourly_limit", HOURLY_LIMIT))
        spike = int(settings.get("spike_limit", SPIKE_LIMIT))
        now = self._town.clock.stamp()
        with self._lock:
            calls = self._calls.setdefault(client_id, deque())
            while calls and calls[0] <= now - HOUR_S:
                calls.popleft()
            recent = [moment for moment in reversed(calls) if moment > now - SPIKE_S]
            allowed = len(calls) < hourly and len(recent) < spike
            if allowed:
                calls.append(now)
                recent.insert(0, now)
            windows = (
                (hourly, hourly - len(calls), (calls[0] if calls else now) + HOUR_S),
                (spike, spike - len(recent), (recent[-1] if recent else now) + SPIKE_S),
            )
        limit, remaining, reset = min(windows, key=lambda window: window[1] / max(window[0], 1))
        headers = {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(max(0, remaining)),
            "X-Rate-Limit-Reset": str(int(reset) + 1),
        }
        if not allowed:
            headers["Retry-After"] = str(max(1, int(reset - now) + 1))
        return allowed, headers
