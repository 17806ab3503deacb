"""A Run's sign of life while it reads: who stays silent for longer than two leases is taken for dead."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings

from connectors.sync.models import Run

T = TypeVar("T")


def silent_after() -> timedelta:
    """Longer than any single exchange with a remote, its waiting for room included."""
    return timedelta(seconds=2 * settings.ONECORE_LEASE_S)


class Heart:
    """Beats while records pass, at most every tenth of a lease, so that long lists cost few writes."""

    def __init__(self, run: Run, clock: Callable[[], datetime]) -> None:
        self._run, self._clock = run, clock
        self._every_s = settings.ONECORE_LEASE_S / 10
        self._next = time.monotonic() + self._every_s

    def along(self, items: Iterable[T]) -> Iterator[T]:
        """The same items, with a beat between them."""
        for item in items:
            self.beat()
            yield item

    def beat(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every_s
        Run.everywhere.filter(pk=self._run.pk, state=Run.State.RUNNING).update(beat_at=self._clock())
