"""The shared throttle: call windows and concurrency as rows that every worker changes by conditional UPDATE.

Waits are bounded; beyond that the call is asked to try later. A call nobody competes with costs three queries.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import DatabaseError
from django.db.models import Exists, F, FloatField, Q, Value
from django.db.models.functions import Greatest

from connectors.kit.throttle import LONGEST_WAIT_S, Spent, burst, take
from connectors.port.connector import RatePlan, Window
from connectors.port.errors import TryLater

from . import standing
from .models import Budget, Connection, Slot
from .outside import forbid_in_transaction

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
_WORTH_SHOWING_S = 5.0  # shorter pauses are ordinary traffic, not news
_TELL_EVERY_S = 60.0
_POLL_S = (0.02, 0.25)
_WIDEST_FIRST = ("app", "company", "connection")


class DatabaseThrottle:
    """The budget of one connection's calls, shared with everybody its system counts together with it."""

    def __init__(
        self,
        connection: Connection,
        plan: RatePlan,
        *,
        lease_s: float,
        now: Callable[[], float],
        patience_s: float = PATIENCE_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._lease_s = lease_s
        self._now = now
        self._patience_s = patience_s
        self._sleep = sleep
        self._concurrent = max(1, plan.concurrent)
        self._slot_key = shared_key(connection, "company")
        scopes = {window.scope for window in plan.windows} or {"company"}
        self._pause_key = f"{shared_key(connection, min(scopes, key=_WIDEST_FIRST.index))} pauses"
        self._rows = [_row_of(connection, window) for window in plan.windows] + [Budget(key=self._pause_key)]
        self._keys = [row.key for row in self._rows]
        self._told_at = now()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Room for one call, held while it is under way."""
        forbid_in_transaction()
        holder = self._wait_for_room()
        try:
            yield
        finally:
            self._free(holder)

    def learned(self, *, remaining: int | None, reset_at: float | None, retry_after_s: float | None) -> None:
        """The remote's own word overrides our arithmetic: whoever shares the budget waits."""
        now = self._now()
        ends = [now + min(max(retry_after_s, 0.0), LONGEST_WAIT_S)] if retry_after_s is not None else []
        if remaining is not None and remaining <= 0 and reset_at is not None:
            ends.append(min(reset_at, now + LONGEST_WAIT_S))
        until = max(ends, default=now)
        if until <= now:
            return
        try:
            self._pause(until)
            if until - now >= _WORTH_SHOWING_S:
                standing.mark_paused(self._connection, datetime.fromtimestamp(until, UTC))
        except DatabaseError:  # the call itself is done; the remote will say it again
            log.warning("A pause asked for by %s was not stored.", self._connection, exc_info=True)

    # --- room ----------------------------------------------------------------------------------------------------------

    def _wait_for_room(self) -> str:
        """Claim a slot and a call from every window, or wait and look again. The waiting itself holds nothing."""
        ends_at, poll_s = time.monotonic() + self._patience_s, _POLL_S[0]
        while True:
            holder = self._claim_slot()
            wait_s = poll_s if holder is None else self._take()
            if holder is not None and wait_s <= 0:
                return holder
            if holder is not None:
                self._free(holder)
            left_s = ends_at - time.monotonic()
            if wait_s > left_s:
                raise TryLater(
                    f"{self._connection.system_label} allows no more calls at the moment. It goes on by itself.",
                    after_s=max(wait_s, 1.0),
                    pauses_connection=holder is not None,
                )
            self._sleep(wait_s * random.uniform(1.0, 1.2))  # noqa: S311 - spreads waiters, guards nothing
            poll_s = min(poll_s * 1.5, _POLL_S[1])

    def _claim_slot(self) -> str | None:
        holder, now = uuid.uuid4().hex, self._now()
        for _ in range(2):
            free = Slot.objects.filter(key=self._slot_key, number__lt=self._concurrent, leased_until__lte=now).order_by("?")
            if Slot.objects.filter(pk__in=free.values("pk")[:1], leased_until__lte=now).update(owner=holder, leased_until=now + self._lease_s):
                return holder
            if Slot.objects.filter(key=self._slot_key, number__lt=self._concurrent).count() >= self._concurrent:
                return None
            Slot.objects.bulk_create([Slot(key=self._slot_key, number=number) for number in range(self._concurrent)], ignore_conflicts=True)
        return None

    def _free(self, holder: str) -> None:
        """Give the slot back. Failing to is no reason to lose the answer of the call: the lease ends by itself."""
        try:
            Slot.objects.filter(key=self._slot_key, owner=holder).update(owner="", leased_until=0)
            if self._now() - self._told_at >= _TELL_EVERY_S:
                self._told_at = self._now()
                Connection.everywhere.filter(pk=self._connection.pk).update(last_used_at=datetime.fromtimestamp(self._told_at, UTC))
        except DatabaseError:
            log.warning("A call slot of %s was not given back; its lease ends in %s s.", self._slot_key, self._lease_s, exc_info=True)

    def _take(self) -> float:
        """One call from every window at once: 0.0, or the seconds until it would fit. What is taken while another window
        fills up in the same instant is lost, which errs on the remote's side."""
        now = self._now()
        rows = Budget.objects.filter(key__in=self._keys)
        blocked = rows.filter(Q(until__gt=now + F("ahead_s")) | Q(paused_until__gt=now))
        fits = rows.filter(~Exists(blocked), until__lte=now + F("ahead_s"), paused_until__lte=now)
        if fits.update(until=Greatest(F("until"), Value(now, FloatField())) + F("interval_s")) == len(self._keys):
            return 0.0
        found = list(rows)
        if len(found) < len(self._keys):
            Budget.objects.bulk_create(
                [Budget(key=row.key, interval_s=row.interval_s, ahead_s=row.ahead_s) for row in self._rows], ignore_conflicts=True
            )
            return _POLL_S[0]
        return max(_POLL_S[0], *(max(row.until - row.ahead_s, row.paused_until) - now for row in found))

    def _pause(self, until: float) -> None:
        pause = Budget.objects.filter(key=self._pause_key)
        if not pause.update(paused_until=Greatest(F("paused_until"), Value(until, FloatField()))):
            Budget.objects.bulk_create([Budget(key=self._pause_key, paused_until=until)], ignore_conflicts=True)
            pause.filter(paused_until__lt=until).update(paused_until=until)


def shared_key(connection: Connection, scope: str) -> str:
    """Who shares a limit: all connections of our app, those to one remote company, or this one alone."""
    if scope == "app":
        return f"app:{connection.system}"
    if scope == "company" and connection.organisation_id:
        return f"company:{connection.system}:{connection.organisation_id}"
    return f"connection:{connection.pk}"


def _row_of(connection: Connection, window: Window) -> Budget:
    interval_s = take(window, Spent(), now=0.0).until
    key = f"{shared_key(connection, window.scope)} {window.calls}/{window.seconds:g}"
    return Budget(key=key, interval_s=interval_s, ahead_s=(burst(window) - 1) * interval_s)
