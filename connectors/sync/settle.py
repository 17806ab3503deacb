"""Write down what became of claimed Postings: state, document, hold, attempt and audit in one commit.

Only the holder of the current fence writes; a late worker's news is dropped, because whoever took over will look.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import random

from django.conf import settings
from django.db import transaction

from audit import events
from audit.record import NewEntry, record_many
from connectors.port.drafts import Operation
from connectors.port.errors import ConnectorError, SignInAgain, TryLater, Uncertain
from connectors.port.ledger import Booked
from connectors.sync import follow, retry
from connectors.sync.holds import Stopped, open_holds, resolve_holds
from connectors.sync.models import Attempt, Batch, Document, Posting
from connectors.sync.outbox import Lease, lock_documents, still_ours
from connectors.sync.recipes.outcome import Stop
from connectors.sync.refusal import refusal_stop
from connectors.sync.states import DocumentState, ForbiddenMove, PostingState, may_move
from onecore.lib.bulk import update_rows
from onecore.lib.money import exact

_S = PostingState


@dataclass
class News:
    """What happened to one Posting. Exactly one of the four is told:

    `booked`: the ledger holds it (`adopted`: it was there already) · `error`: what went wrong · `stop`: a person is needed ·
    `again`: nothing was found in time, so it may be sent again.
    """

    posting: Posting
    booked: Booked | None = None
    error: ConnectorError | None = None
    stop: Stop | None = None
    again: bool = False
    adopted: bool = False
    absent: bool = False  # looked, not there yet
    unsure: bool = False  # it is the look that failed: the write may still have happened
    request: str = ""
    answer: str = ""


@dataclass
class _Ledgerbook:
    """What one settlement writes."""

    now: datetime
    window_s: float
    documents: list[Document] = field(default_factory=list)
    freed: list[Document] = field(default_factory=list)
    stopped: list[Stopped] = field(default_factory=list)
    entries: list[NewEntry] = field(default_factory=list)
    results: dict[int, tuple[str, str, str]] = field(default_factory=dict)


def settle(lease: Lease, news: list[News], *, window_s: float, now: datetime, batch: Batch | None = None) -> int:
    """Settle all members at once; returns how many were posted. A fixed number of queries."""
    if not news:
        return 0
    with transaction.atomic(durable=True):
        lock_documents([item.posting.document_id for item in news])
        ours = still_ours(lease)
        told = [item for item in news if item.posting.pk in ours]
        book = _Ledgerbook(now=now, window_s=window_s)
        for item in told:
            _one(item, book)
            book.documents.append(item.posting.document)
        update_rows([item.posting for item in told], _POSTING_FIELDS)
        _finish_attempts(lease, told, book)
        if batch is not None:
            Batch.everywhere.filter(pk=batch.pk).update(settled_at=now)
        flow_entries = _write_documents(book)
        if told:
            record_many(told[0].posting.tenant_id, book.entries + flow_entries)
    return sum(1 for item in told if item.posting.state == _S.POSTED)


_POSTING_FIELDS = ["state", "not_before", "rounds", "lease_until", "sent_at", "looked_s", "looked_at", "ledger_ref", "last_error", "updated_at"]
_DOCUMENT_FIELDS = [
    "state", "ledger_ref", "ledger_number", "ledger_url", "ledger_kind", "posted_digest", "posted_amount", "posted_at", "updated_at",
    "gl_date_moved_to",
]  # fmt: skip


def _move(posting: Posting, state: str) -> None:
    if not may_move(_S.SENDING, state):
        raise ForbiddenMove(f"a posting cannot go from sending to {state}")
    posting.state = state
    posting.lease_until = None


def _one(item: News, book: _Ledgerbook) -> None:
    posting = item.posting
    posting.updated_at = book.now
    if item.booked is not None:
        _posted(item, item.booked, book)
    elif item.stop is not None:
        _held(item, item.stop, book)
    elif item.again:
        _again(item, book)
    elif item.absent:
        _absent(item, book)
    elif item.error is not None:
        _failed(item, item.error, book)
    else:
        raise ValueError("news without content")


def _posted(item: News, booked: Booked, book: _Ledgerbook) -> None:
    posting, document = item.posting, item.posting.document
    _move(posting, _S.POSTED)
    posting.ledger_ref, posting.last_error, posting.sent_at = booked.ledger_ref, "", posting.sent_at
    voided = posting.operation == Operation.VOID.value
    if voided:
        document.ledger_ref = document.ledger_number = document.ledger_url = document.ledger_kind = ""
        document.posted_digest, document.posted_amount = "", None
        document.state = DocumentState.PENDING
    else:
        document.ledger_ref, document.ledger_url = booked.ledger_ref, booked.url[:500]
        document.ledger_number = booked.number or posting.draft.get("number", "")
        document.ledger_kind = posting.draft["kind"]
        document.posted_digest, document.posted_amount, document.posted_at = posting.digest, posting.amount, book.now
        # A newer version arrived meanwhile: it is prepared now that this one is settled.
        document.state = DocumentState.POSTED if document.digest == posting.digest else DocumentState.PENDING
    document.updated_at = book.now
    book.freed.append(document)
    result = "adopted" if item.adopted else "voided" if voided else "posted"
    book.results[posting.pk] = (result, "", "")
    event = events.POSTING_ADOPTED if item.adopted else events.POSTING_VOIDED if voided else events.POSTING_SETTLED
    _tell(book, item, event, {"ledger_ref": booked.ledger_ref, "number": booked.number, "state": booked.state, "result": result})


def _held(item: News, stop: Stop, book: _Ledgerbook, *, error: ConnectorError | None = None) -> None:
    posting = item.posting
    _move(posting, _S.HELD)
    posting.last_error = stop.sentence
    posting.document.updated_at = book.now
    book.stopped.append(Stopped(posting.document, stop, posting))
    book.results[posting.pk] = ("refused" if error else "held", stop.sentence, error.request_id if error else "")
    if error is not None:
        _tell(book, item, events.POSTING_HELD, {"reason": stop.reason, "sentence": stop.sentence, "remote_code": error.remote_code})


def _again(item: News, book: _Ledgerbook) -> None:
    posting = item.posting
    posting.rounds += 1
    _move(posting, _S.WAITING)
    posting.not_before, posting.sent_at, posting.looked_at, posting.looked_s = book.now, None, None, 0
    book.results[posting.pk] = ("absent", "It was not found in time, so it is sent again under the same key.", "")


def _absent(item: News, book: _Ledgerbook) -> None:
    posting = item.posting
    _move(posting, _S.UNCERTAIN)
    looks = max(posting.attempts - 1, 0)
    posting.not_before = retry.next_look(looks=looks, looked_s=posting.looked_s, window_s=book.window_s, now=book.now)
    book.results[posting.pk] = ("absent", "Not found yet.", "")


def _failed(item: News, error: ConnectorError, book: _Ledgerbook) -> None:
    posting = item.posting
    posting.last_error = error.message
    if isinstance(error, Uncertain):
        _move(posting, _S.UNCERTAIN)
        posting.sent_at = posting.sent_at or book.now
        posting.not_before, posting.looked_at, posting.looked_s = book.now + timedelta(seconds=0.5), book.now, 0
        book.results[posting.pk] = ("uncertain", error.message, error.request_id)
        _tell(book, item, events.POSTING_UNCERTAIN, {"sentence": error.message, "remote_code": error.remote_code})
    elif isinstance(error, TryLater | SignInAgain):
        _later(item, error, book)
    else:
        posting.sent_at = None  # a clear no: nothing of it is in the ledger
        if _moves_gl_date(posting, error):
            _move(posting, _S.HELD)
            posting.document.state, posting.document.updated_at = DocumentState.PENDING, book.now
            book.results[posting.pk] = ("refused", error.message, error.request_id)
        else:
            _held(item, refusal_stop(posting, error), book, error=error)


def _moves_gl_date(posting: Posting, error: ConnectorError) -> bool:
    """Policy `first open day`: the GL date moves, visibly, and the document is prepared anew."""
    first_open = getattr(error, "first_open", None)
    document = posting.document
    if first_open is None or posting.flow.integration.policy.closed_period != "first_open" or document.gl_date_moved_to == first_open:
        return False
    document.gl_date_moved_to = first_open
    return True


def _later(item: News, error: ConnectorError, book: _Ledgerbook) -> None:
    """Surely nothing was stored by this try. Where only the look failed it stays uncertain, and the window does not run."""
    posting = item.posting
    result = "sign in" if isinstance(error, SignInAgain) else "try later"
    book.results[posting.pk] = (result, error.message, error.request_id)
    advice = error.after_s if isinstance(error, TryLater) else None
    posting.not_before = retry.next_try(
        attempt=posting.attempts,
        now=book.now,
        jitter=random(),  # noqa: S311  (spreads retries; nothing secret)
        base_s=settings.ONECORE_RETRY_BASE_MS / 1000,
        max_s=settings.ONECORE_RETRY_MAX_S,
        advice_s=advice,
    )
    if item.unsure:
        _move(posting, _S.UNCERTAIN)
        posting.looked_at = None  # the time since the last look that was answered does not count
        return
    posting.sent_at = None
    if isinstance(error, TryLater) and posting.attempts >= settings.ONECORE_RETRY_MAX_ATTEMPTS:
        sentence = f"The ledger could not be reached in {posting.attempts} tries. The last answer: {error.message}"
        _held(item, Stop("remote_unavailable", sentence, "Test the connection, then press Retry.", "person"), book)
    else:
        _move(posting, _S.WAITING)


def _tell(book: _Ledgerbook, item: News, event: events.Event, data: dict[str, object]) -> None:
    posting, document = item.posting, item.posting.document
    facts: dict[str, object] = {
        "operation": posting.operation,
        "amount": exact(posting.amount, posting.currency),
        "currency": posting.currency,
        "key": posting.key,
    }
    facts |= {"reference": posting.token, "source_id": document.source_id, "version": posting.version, "attempt": posting.attempts}
    book.entries.append(
        NewEntry(
            event,
            subject=document.title,
            subject_id=str(document.pk),
            document_id=document.pk,
            integration_id=posting.flow.integration_id,
            data=facts | data,
            request=item.request,
            response=item.answer,
        )
    )


def _finish_attempts(lease: Lease, told: list[News], book: _Ledgerbook) -> None:
    tries = Attempt.everywhere.filter(posting__in=[item.posting.pk for item in told], finished_at__isnull=True)
    ours = [attempt for attempt in tries if lease.fences.get(attempt.posting_id) == attempt.fence]
    for attempt in ours:
        attempt.finished_at = book.now
        attempt.result, attempt.sentence, attempt.request_id = book.results[attempt.posting_id]
        attempt.request_id = attempt.request_id[:200]
    update_rows(ours, ["finished_at", "result", "sentence", "request_id"])


def _write_documents(book: _Ledgerbook) -> list[NewEntry]:
    entries = resolve_holds(book.freed, now=book.now, how="posted")
    entries += open_holds(book.stopped, now=book.now)
    update_rows(book.documents, _DOCUMENT_FIELDS)
    by_flow: dict[int, list[Document]] = {}
    for document in book.documents:
        by_flow.setdefault(document.flow_id, []).append(document)
    for documents in by_flow.values():
        entries += follow.successors(documents[0].flow, documents, now=book.now)
    return entries
