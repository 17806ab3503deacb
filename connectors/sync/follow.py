"""Who waits for whom: when a document is posted, held or freed, those that wait for it follow, level by level."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import NewEntry, record_many
from connectors.sync.holds import Stopped, open_holds, resolve_holds
from connectors.sync.models import Document, Flow, Hold, Posting, PostingWait
from connectors.sync.recipes.outcome import Stop
from connectors.sync.states import DocumentState, PostingState
from onecore.lib.bulk import update_rows

_DONE = {DocumentState.POSTED, DocumentState.SKIPPED, DocumentState.GONE}
WAITS = "waits_for_document"
DEEPEST = 500
"""More levels than any commitment has invoices: a longer chain is a circle in the data and is refused."""


class Circle(RuntimeError):
    """Documents wait for each other in a circle."""


def successors(flow: Flow, changed: list[Document], *, now: datetime) -> list[NewEntry]:
    """Let those that wait follow the documents whose state has just changed. Five queries a level at most."""
    entries: list[NewEntry] = []
    level = changed
    for _ in range(DEEPEST):
        if not level:
            return entries
        level = _one_level(flow, level, entries, now)
    raise Circle(f"Documents of flow {flow.pk} wait for each other in a circle: {[document.title for document in level][:5]}")


def _one_level(flow: Flow, changed: list[Document], entries: list[NewEntry], now: datetime) -> list[Document]:
    by_id = {document.pk: document for document in changed}
    waits = list(PostingWait.everywhere.filter(on__in=by_id, posting__state=PostingState.BLOCKED).select_related("posting__document"))
    if not waits:
        return []
    concerned = [*by_id, *(wait.posting.document_id for wait in waits)]
    holds = {hold.document_id: hold for hold in Hold.everywhere.filter(document__in=concerned, resolved_at__isnull=True)}
    over, stopped, freed, ready = [], [], [], []
    for wait in waits:
        on, posting = by_id[wait.on_id], wait.posting
        posting.document.flow = flow
        if on.state in _DONE:
            over.append(wait)
            ready.append(posting)
            freed.append(posting.document)
        elif on.state == DocumentState.HELD:
            own = holds.get(posting.document_id)
            if own is None or own.reason == WAITS:
                stopped.append(Stopped(posting.document, _waiting_stop(on, holds.get(on.pk)), posting))
        elif posting.document.state == DocumentState.HELD:
            freed.append(posting.document)
    return _apply(over, stopped, freed, ready, entries=entries, now=now)


def _apply(
    over: list[PostingWait], stopped: list[Stopped], freed: list[Document], ready: list[Posting], *, entries: list[NewEntry], now: datetime
) -> list[Document]:
    PostingWait.everywhere.filter(pk__in=[wait.pk for wait in over]).delete()
    gated = set(
        Hold.everywhere.filter(document__in=[doc.pk for doc in freed], resolved_at__isnull=True)
        .exclude(reason=WAITS)
        .values_list("document_id", flat=True)
    )
    for posting in ready:
        posting.state = PostingState.GATED if posting.document_id in gated else PostingState.READY
        posting.updated_at = now
    update_rows(ready, ["state", "updated_at"])
    free = [document for document in freed if document.pk not in gated]
    for document in free:
        document.state, document.updated_at = DocumentState.QUEUED, now
    entries += resolve_holds(free, now=now, how="no longer waits")
    entries += open_holds(stopped, now=now)
    moved = free + [item.document for item in stopped]
    update_rows(moved, ["state", "updated_at"])
    return moved


def sweep(flow: Flow, *, now: datetime) -> int:
    """Free what waits for a document that was settled in the very moment the wait was written."""
    with transaction.atomic():
        done = list(Document.everywhere.filter(flow=flow, state__in=_DONE, awaited_by__posting__state=PostingState.BLOCKED).distinct()[:500])
        if done:
            record_many(flow.tenant_id, successors(flow, done, now=now))
    return len(done)


def _waiting_stop(on: Document, hold: Hold | None) -> Stop:
    """Names the held document at the head of the queue, its reason and its fix: that is what will free them all."""
    head, why, fix_url = on.title, "", ""
    if hold is not None:
        head, why, fix_url = hold.details.get("head", on.title), hold.details.get("why", hold.sentence), hold.fix_url
    way = "" if head == on.title else f", which waits for {head}"
    held = f", held: {why}" if why else ""
    details = {"document": on.pk, "head": head, "why": why, "fix_url": fix_url}
    return Stop(
        WAITS, f"Waits for {on.title}{way}{held}", f"Settle {head} first; the others follow by themselves.", f"document:{on.source_id}", details
    )
