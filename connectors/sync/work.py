"""One look at everything that may be due. Any worker may do it at any time: each piece is claimed by its own rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from connectors.connections.models import Connection
from connectors.port.errors import ConnectorError
from connectors.sync import bench, follow, housekeeping, outbox, post, prepare, receipts, replay, run
from connectors.sync.models import Document, Flow, Posting, PostingWait
from connectors.sync.states import DocumentState, PostingState
from onecore.lib.clock import utcnow

Clock = Callable[[], datetime]
_TO_CLAIM = [PostingState.READY, PostingState.WAITING, PostingState.UNCERTAIN]


@dataclass(frozen=True, slots=True)
class Budget:
    """Stop starting new pieces after this moment of the monotonic clock: the rest is rung for again."""

    ends: float

    @property
    def over(self) -> bool:
        return time.monotonic() > self.ends


def work(*, budget_s: float = 45.0, clock: Clock = utcnow, integration_id: int | None = None) -> int:
    """Do what is due until nothing is, or the budget is spent; returns how many pieces were done. `integration_id` narrows it."""
    budget, done = Budget(time.monotonic() + budget_s), 0
    while not budget.over:
        pieces = _one_round(budget, clock, integration_id)
        if not pieces:
            return done
        done += pieces
    return done


def _one_round(budget: Budget, clock: Clock, integration_id: int | None) -> int:
    housekeeping.tidy(now=clock())
    done = outbox.release_stuck(now=clock()) + run.close_silent(now=clock())
    done += receipts.work_inbox(clock=clock)
    done += replay.replay_changes(now=clock())
    for flow in flows_due(now=clock(), integration_id=integration_id):
        if budget.over:
            return done
        done += 1 if run.run_flow(flow, trigger="schedule", clock=clock) else 0
    done += prepare_all(clock=clock, integration_id=integration_id)
    return done + post_all(budget, clock=clock, integration_id=integration_id)


def flows_due(*, now: datetime, integration_id: int | None = None) -> list[Flow]:
    """Flows whose time has come and whose connections can work."""
    due = Flow.everywhere.filter(Q(next_at__isnull=True) | Q(next_at__lte=now), enabled=True, integration__active=True)
    due = due.exclude(runs__state="running").exclude(integration__source__status__in=["sign_in", "paused"])
    due = due.exclude(integration__ledger__status__in=["sign_in", "paused"])
    if integration_id is not None:
        due = due.filter(integration=integration_id)
    return list(due.select_related("integration__policy__retainage_account", "integration__source", "integration__ledger").order_by("next_at", "pk"))


def prepare_all(*, clock: Clock = utcnow, integration_id: int | None = None) -> int:
    """Prepare what is pending, flow by flow, and free what waits for something already settled."""
    done = 0
    pending = Flow.everywhere.filter(documents__state=DocumentState.PENDING)
    if integration_id is not None:
        pending = pending.filter(integration=integration_id)
    for flow in pending.select_related("integration__policy__retainage_account", "integration__source", "integration__ledger").distinct():
        try:
            table = bench.set_up(flow)
        except ConnectorError:
            continue  # its connection's own page says why; the documents wait
        done += prepare.prepare_pending(flow, table, now=clock())
    waiting = PostingWait.everywhere.filter(posting__state=PostingState.BLOCKED, on__state__in=[DocumentState.POSTED, DocumentState.SKIPPED])
    for flow_id in set(waiting.values_list("posting__flow_id", flat=True)):
        done += follow.sweep(Flow.everywhere.select_related("integration__policy").get(pk=flow_id), now=clock())
    return done


def post_all(budget: Budget, *, clock: Clock = utcnow, integration_id: int | None = None) -> int:
    """One batch a connection in turn, so that one tenant's backlog never starves another."""
    done = 0
    desks: dict[int, post.Desk] = {}
    while not budget.over:
        handled = 0
        for connection in connections_due(now=clock(), integration_id=integration_id):
            handled += _post_once(connection, desks, clock)
            if budget.over:
                break
        if not handled:
            return done
        done += handled
    return done


def _post_once(connection: Connection, desks: dict[int, post.Desk], clock: Clock) -> int:
    try:
        desk = desks.setdefault(connection.pk, post.open_desk(connection, clock=clock)) if connection.pk not in desks else desks[connection.pk]
    except ConnectorError:
        return 0  # the connection's own page says why; its postings wait
    return post.look_for_uncertain(desk) + post.post_batch(desk)


def connections_due(*, now: datetime, integration_id: int | None = None) -> Iterable[Connection]:
    """Ledger connections with something to send or to look for, that can work."""
    due = Posting.everywhere.filter(state__in=_TO_CLAIM, flow__enabled=True, flow__paused=False, flow__integration__active=True)
    due = due.filter(Q(not_before__isnull=True) | Q(not_before__lte=now))
    if integration_id is not None:
        due = due.filter(flow__integration=integration_id)
    ids = set(due.values_list("connection_id", flat=True))
    return Connection.everywhere.filter(pk__in=ids).exclude(status__in=["sign_in", "paused"]).order_by("last_used_at", "pk") if ids else []


def anything_due(*, now: datetime) -> bool:
    """A cheap look for the pulse: is there any reason to ring?"""
    from connectors.webhooks.models import Receipt
    from mappings.models import MappingChange

    return (
        Receipt.everywhere.filter(state="new", due_at__lte=now).exists()
        or bool(list(connections_due(now=now))[:1])
        or Posting.everywhere.filter(state=PostingState.SENDING, lease_until__lt=now).exists()
        or MappingChange.everywhere.filter(replayed_at__isnull=True).exists()
        or Document.everywhere.filter(state=DocumentState.PENDING).exists()
        or run.silent(now=now).exists()
        or bool(flows_due(now=now)[:1])
    )
