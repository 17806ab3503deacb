"""The inbox as the engine sees it: take what is due, oldest first, and say what became of it.

Taking is a lease: a receipt whose worker died is due again when the lease is over. Starts are counted, not ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from connectors.webhooks.models import Receipt, ReceiptState
from onecore.lib.clock import utcnow

LEASE = timedelta(seconds=150)
MOST_ATTEMPTS = 5
KEEP = timedelta(days=90)
"""How long a handled receipt still tells a replay from a new event."""
_CHUNK = 1000


def take(limit: int, *, now: datetime | None = None, lease: timedelta = LEASE) -> list[Receipt]:
    """Up to `limit` receipts that are due, ours for the length of the lease. Three queries, of every tenant."""
    now = now or utcnow()
    with transaction.atomic():
        due = Receipt.everywhere.filter(state=ReceiptState.NEW, due_at__lte=now).order_by("due_at", "id")
        taken = list(due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)[:limit])
        spent = [receipt.pk for receipt in taken if receipt.attempts >= MOST_ATTEMPTS]
        live = [receipt for receipt in taken if receipt.attempts < MOST_ATTEMPTS]
        if live:
            Receipt.everywhere.filter(pk__in=[receipt.pk for receipt in live]).update(attempts=F("attempts") + 1, due_at=now + lease)
        if spent:
            note = f"Given up: {MOST_ATTEMPTS} workers took it and none came back. The next poll reads what it was about."
            Receipt.everywhere.filter(pk__in=spent).update(state=ReceiptState.FAILED, note=note, handled_at=now)
    for receipt in live:
        receipt.attempts += 1
    return live


def done(receipts: Iterable[Receipt], note: str = "", *, now: datetime | None = None) -> int:
    """They had their effect. Returns how many were still open."""
    return _close(receipts, ReceiptState.DONE, note, now)


def ignored(receipts: Iterable[Receipt], note: str, *, now: datetime | None = None) -> int:
    """They are about nothing we follow, or about what we wrote ourselves."""
    return _close(receipts, ReceiptState.IGNORED, note, now)


def failed(receipts: Iterable[Receipt], note: str, *, now: datetime | None = None) -> None:
    """Something went wrong: due again after 2, 4, 8 ... seconds, and failed for good after the last attempt."""
    now = now or utcnow()
    by_attempts: dict[int, list[int]] = {}
    for receipt in receipts:
        by_attempts.setdefault(receipt.attempts, []).append(receipt.pk)
    for attempts, ids in sorted(by_attempts.items()):
        rows = Receipt.everywhere.filter(pk__in=ids, state=ReceiptState.NEW)
        if attempts >= MOST_ATTEMPTS:
            rows.update(state=ReceiptState.FAILED, note=note, handled_at=now)
        else:
            rows.update(note=note, due_at=now + timedelta(seconds=2**attempts))


def release(receipts: Iterable[Receipt]) -> None:
    """Handed back untouched, to be taken at once; the attempt is not counted."""
    rows = Receipt.everywhere.filter(pk__in=[receipt.pk for receipt in receipts], state=ReceiptState.NEW, attempts__gt=0)
    rows.update(attempts=F("attempts") - 1, due_at=F("received_at"))


def waiting() -> int:
    """How many receipts nobody has handled yet."""
    return Receipt.everywhere.filter(state=ReceiptState.NEW).count()


def forget(*, now: datetime | None = None, keep: timedelta = KEEP) -> int:
    """Delete handled receipts older than `keep`, in short transactions. Returns how many."""
    old = Receipt.everywhere.filter(received_at__lt=(now or utcnow()) - keep).exclude(state=ReceiptState.NEW).order_by("pk")
    total = 0
    while ids := list(old.values_list("pk", flat=True)[:_CHUNK]):
        total += Receipt.everywhere.filter(pk__in=ids).delete()[0]
    return total


def _close(receipts: Iterable[Receipt], state: ReceiptState, note: str, now: datetime | None) -> int:
    rows = Receipt.everywhere.filter(pk__in=[receipt.pk for receipt in receipts], state=ReceiptState.NEW)
    return rows.update(state=state, note=note, handled_at=now or utcnow())
