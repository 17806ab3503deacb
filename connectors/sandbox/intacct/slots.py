"""A company works on so many requests at once; who finds no free slot waits a while and is then turned away."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Slots:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: dict[str, int] = {}

    @contextmanager
    def taken(self, company: str, *, slots: int, wait_s: float) -> Iterator[bool]:
        """True while the slot is ours, False if none became free in time."""
        admitted = self._take(company, slots=slots, deadline=time.monotonic() + wait_s)
        try:
            yield admitted
        finally:
            if admitted:
                with self._changed:
                    self._running[company] -= 1
                    self._changed.notify()

    def _take(self, company: str, *, slots: int, deadline: float) -> bool:
        with self._changed:
            while self._running.get(company, 0) >= slots:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            self._running[company] = self._running.get(company, 0) + 1
            return True
