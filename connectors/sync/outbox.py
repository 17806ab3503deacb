"""Claim Postings under a lease with a fence, and free by the clock what a dead worker left.

A claim is one conditional UPDATE; attempts are counted here, at the start, before any call.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q, QuerySet

from audit.record import record_many
from connectors.connections.models import Connection
from connectors.sync import follow, retry
from connectors.sync.holds import Stopped, open_holds
from connectors.sync.models import Attempt, Document, Posting
from connectors.sync.recipes.outcome import Stop
from connectors.sync.states import PostingState
from onecore.lib.bulk import update_rows

_S = PostingState


class LeaseOver(RuntimeError):
    """This worker's claim has run out: another may have taken over, so nothing may be sent any more."""


@dataclass
class Lease:
    """A worker's claim on some Postings. Watched by the monotonic clock, so a stopped or stepped wall clock cannot stretch it."""

    postings: list[Posting]
    ends: float

    def guard(self) -> None:
        """Right before bytes leave: enough of the lease must be left for a whole exchange. Raises LeaseOver."""
        if time.monotonic() > self.ends - settings.ONECORE_HTTP_TOTAL_S:
            raise LeaseOver("the lease ran out before the request was sent")

    @property
    def fences(self) -> dict[int, int]:
        return {posting.pk: posting.fence for posting in self.postings}


def claim(connection: Connection, *, states: list[str], limit: int, act: str, now: datetime) -> Lease | None:
    """Take up to `limit` due Postings of one connection, or None. Committed when this returns."""
    until = now + timedelta(seconds=settings.ONECORE_LEASE_S)
    ends = time.monotonic() + settings.ONECORE_LEASE_S
    with transaction.atomic(durable=True):
        postings = list(_locking(_due(connection, states, now))[:limit])
        if not postings:
            return None
        Posting.everywhere.filter(pk__in=[posting.pk for posting in postings]).update(
            state=_S.SENDING, fence=F("fence") + 1, attempts=F("attempts") + 1, lease_until=until, updated_at=now
        )
        for posting in postings:
            posting.state, posting.document.flow = _S.SENDING, posting.flow
            posting.fence += 1
            posting.attempts += 1
        Attempt.everywhere.bulk_create(
            [
                Attempt(tenant_id=posting.tenant_id, posting=posting, act=act, number=posting.attempts, fence=posting.fence, started_at=now)
                for posting in postings
            ]
        )
    return Lease(postings, ends)


def _due(connection: Connection, states: list[str], now: datetime) -> QuerySet[Posting]:
    due = Posting.everywhere.filter(connection=connection, state__in=states, flow__enabled=True, flow__paused=False, flow__integration__active=True)
    due = due.filter(Q(not_before__isnull=True) | Q(not_before__lte=now))
    return due.select_related("document", "flow__integration__policy").order_by("not_before", "pk")


def _locking(rows: QuerySet[Posting]) -> QuerySet[Posting]:
    """Rows another worker has locked are left to it, where the database can say so."""
    if database.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows.select_for_update()


def extend(lease: Lease, *, now: datetime) -> None:
    """Renew the lease in the caller's transaction. Raises LeaseOver if any member is no longer ours."""
    until = now + timedelta(seconds=settings.ONECORE_LEASE_S)
    ends = time.monotonic() + settings.ONECORE_LEASE_S
    held = still_ours(lease)
    if len(held) != len(lease.postings):
        raise LeaseOver("another worker took over")
    Posting.everywhere.filter(pk__in=lease.fences).update(lease_until=until)
    lease.ends = ends


def lock_documents(document_ids: list[int]) -> None:
    """Documents first, postings second, both in order: two transactions that want the same rows never wait in a circle."""
    list(Document.everywhere.filter(pk__in=document_ids).select_for_update().order_by("pk").values_list("pk", flat=True))


def still_ours(lease: Lease) -> set[int]:
    """Ids of the members whose fence is still the one we claimed; their rows are locked."""
    rows = Posting.everywhere.filter(pk__in=lease.fences, state=_S.SENDING).select_for_update().order_by("pk").values_list("pk", "fence")
    return {pk for pk, fence in rows if lease.fences[pk] == fence}


def release_stuck(*, now: datetime) -> int:
    """Expired leases: a dead worker's Postings. Where a request was stored (`sent_at`) the write may have happened:
    uncertain. Where none was, nothing left this machine: ready. After three silent deaths a Posting is quarantined."""
    freed = 0
    with transaction.atomic(durable=True):
        expired = Posting.everywhere.filter(state=_S.SENDING, lease_until__lt=now)
        lock_documents(list(expired.values_list("document_id", flat=True)[:500]))
        stuck = list(_locking(expired).order_by("pk")[:500])
        if not stuck:
            return 0
        ids = [posting.pk for posting in stuck]
        deaths = _deaths(ids)
        Attempt.everywhere.filter(posting__in=ids, finished_at__isnull=True).update(finished_at=now, result="lost", sentence="The worker died.")
        poisoned = []
        for posting in stuck:
            posting.fence += 1  # whoever still holds the old one may not write any more
            posting.lease_until = None
            posting.updated_at = now
            if deaths.get(posting.pk, 0) >= retry.QUARANTINE_STARTS:
                posting.state = _S.HELD
                posting.sent_at = posting.sent_at or now
                poisoned.append(posting)
            elif posting.sent_at is not None:
                posting.state = _S.UNCERTAIN
                posting.not_before, posting.looked_at, posting.looked_s = now, now, 0
            else:
                posting.state, posting.not_before = _S.READY, now
            freed += 1
        update_rows(stuck, ["state", "fence", "lease_until", "updated_at", "sent_at", "not_before", "looked_at", "looked_s"])
        _quarantine(poisoned, now)
    return freed


def _deaths(ids: list[int]) -> dict[int, int]:
    """How often a worker died on each, counting the death just found."""
    counts: dict[int, int] = {}
    for posting_id in Attempt.everywhere.filter(posting__in=ids, result__in=["", "lost"]).values_list("posting_id", flat=True):
        counts[posting_id] = counts.get(posting_id, 0) + 1
    return counts


def _quarantine(poisoned: list[Posting], now: datetime) -> None:
    if not poisoned:
        return
    documents = Document.everywhere.select_related("flow__integration").in_bulk([posting.document_id for posting in poisoned])
    sentence = f"A worker died {retry.QUARANTINE_STARTS} times while posting it, so it is set apart."
    by_flow: dict[int, list[Stopped]] = {}
    for posting in poisoned:
        stop = Stop("quarantined", sentence, "Ask the administrator for the log, then press Retry: OneCore looks into the ledger first.", "person")
        by_flow.setdefault(posting.flow_id, []).append(Stopped(documents[posting.document_id], stop, posting))
    for stopped in by_flow.values():
        apart, entries = [item.document for item in stopped], open_holds(stopped, now=now)
        update_rows(apart, ["state"])
        entries += follow.successors(apart[0].flow, apart, now=now)
        record_many(apart[0].tenant_id, entries)
