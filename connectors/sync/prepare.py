"""Turn pending Documents into Postings or Holds. Database only; a fixed number of queries a block.

Judged in the order of their commitment, so that every document is counted from the one before it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.db import connection as database
from django.db import transaction

from audit import events
from audit.record import NewEntry, record_many
from connectors.port.drafts import Operation, to_data
from connectors.sync import follow, keys
from connectors.sync.holds import Stopped, open_holds, resolve_holds
from connectors.sync.judge import Bench, Dormant, Leave, Post, Verdict, amount_of, judge
from connectors.sync.models import Document, Flow, Opening, Posting, PostingWait
from connectors.sync.recipes.outcome import Stop
from connectors.sync.recipes.question import Opened
from connectors.sync.states import NEVER_SENT, OPEN, DocumentState, PostingState
from mappings.ensure import ensure_rows
from onecore.lib.bulk import update_rows
from onecore.lib.money import exact

log = logging.getLogger(__name__)
BLOCK = 200


@dataclass
class Surroundings:
    """Everything the documents of one block are judged with, loaded at once."""

    previous: dict[str, Document]
    open_postings: dict[int, Posting]
    last_posted: dict[int, Posting]
    revisions: dict[tuple[int, int, str], int]
    openings: dict[str, Opened]


@dataclass
class Block:
    """What one block decided, written in bulk at its end."""

    now: datetime
    documents: list[Document] = field(default_factory=list)
    stopped: list[Stopped] = field(default_factory=list)
    freed: list[Document] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    waits: list[PostingWait] = field(default_factory=list)
    superseded: list[Posting] = field(default_factory=list)
    held_before: list[Document] = field(default_factory=list)
    entries: list[NewEntry] = field(default_factory=list)


def prepare_pending(flow: Flow, bench: Bench, *, now: datetime) -> int:
    """Prepare every pending document of the flow; returns how many were judged."""
    done = 0
    while count := prepare_block(flow, bench, now=now):
        done += count
    return done


def prepare_block(flow: Flow, bench: Bench, *, now: datetime) -> int:
    """Judge one block of pending documents and write all it means in one transaction."""
    with transaction.atomic():
        documents = _claim(flow)
        if not documents:
            return 0
        around = _surroundings(flow, documents)
        block = Block(now=now)
        for document in documents:
            document.flow = flow
            _decide(document, around, bench, block)
        _write(flow, block)
        changed = {document.pk: document for document in [*block.held_before, *block.documents]}
        block.entries += follow.successors(flow, list(changed.values()), now=now)
        record_many(flow.tenant_id, block.entries)
    return len(documents)


def _claim(flow: Flow) -> list[Document]:
    lock = {"skip_locked": True} if database.features.has_select_for_update_skip_locked else {}
    pending = Document.everywhere.filter(flow=flow, state=DocumentState.PENDING).order_by("commitment_ref", "sequence", "pk")
    return list(pending.select_for_update(**lock)[:BLOCK])


def _surroundings(flow: Flow, documents: list[Document]) -> Surroundings:
    ids = [document.pk for document in documents]
    inside = {document.source_id: document for document in documents}
    outside = {document.previous_ref for document in documents if document.previous_ref} - inside.keys()
    previous = {doc.source_id: doc for doc in Document.everywhere.filter(flow=flow, source_id__in=outside)}
    # Locked after their documents, as everywhere: a worker that is claiming one this very moment is waited for and seen.
    postings = list(Posting.everywhere.filter(document__in=ids).select_for_update().order_by("pk").defer("rules"))
    last_posted: dict[int, Posting] = {}
    revisions: dict[tuple[int, int, str], int] = {}
    for posting in postings:
        if posting.state == PostingState.POSTED:
            last_posted[posting.document_id] = posting
        place = (posting.document_id, posting.version, posting.operation)
        revisions[place] = revisions.get(place, 0) + 1
    openings = Opening.everywhere.filter(
        integration=flow.integration_id, agreed_at__isnull=False, commitment_ref__in={doc.commitment_ref for doc in documents}
    )
    return Surroundings(
        previous=previous | inside,
        open_postings={posting.document_id: posting for posting in postings if posting.state in OPEN},
        last_posted=last_posted,
        revisions=revisions,
        openings={row.commitment_ref: Opened(row.billed_to_date, row.retained_to_date) for row in openings},
    )


def _decide(document: Document, around: Surroundings, bench: Bench, block: Block) -> None:
    standing = around.open_postings.get(document.pk)
    document.updated_at = block.now
    if standing and not _replaceable(standing):
        # Bytes may be on their way: the newer version waits until that is settled.
        document.state = DocumentState.HELD if standing.state == PostingState.HELD else DocumentState.QUEUED
        block.documents.append(document)
        return
    verdict = _verdict(document, around, bench)
    document.mapping_version = bench.meaning.version  # type: ignore[attr-defined]
    if standing:
        standing.state, standing.updated_at = PostingState.SUPERSEDED, block.now
        block.superseded.append(standing)
    if isinstance(verdict, Post):
        _post(document, verdict, around, bench, block)
    else:
        _rest(document, verdict, block)
    block.documents.append(document)


def _replaceable(posting: Posting) -> bool:
    """True if surely nothing of it is in the ledger: never sent, waiting after a clear no, or held after one."""
    if posting.state in NEVER_SENT or posting.state == PostingState.WAITING:
        return True
    return posting.state == PostingState.HELD and posting.sent_at is None


def _verdict(document: Document, around: Surroundings, bench: Bench) -> Verdict:
    posted = around.last_posted.get(document.pk)
    try:
        return judge(
            document,
            previous=around.previous.get(document.previous_ref) if document.previous_ref else None,
            opened=around.openings.get(document.commitment_ref),
            posted_draft=posted.draft if posted else None,
            token=token_of(document),
            bench=bench,
        )
    except Exception:  # one unreadable document must not stop the others: it is held with a number to find the log by
        incident = uuid4().hex[:8]
        log.exception("incident %s: document %s could not be prepared", incident, document.pk)
        return Stop(
            "unreadable", f"It could not be prepared. The log has the details under {incident}.", "Ask the administrator, then press Retry.", "person"
        )


def token_of(document: Document) -> str:
    """The token that names this document in the ledger."""
    flow = document.flow
    return keys.document_token(tenant_id=document.tenant_id, integration_id=flow.integration_id, flow=flow.key, source_id=document.source_id)


def _rest(document: Document, verdict: Dormant | Leave | Stop, block: Block) -> None:
    """Nothing is to be posted: say where the document stands instead."""
    if isinstance(verdict, Stop) and not verdict.skip:
        block.stopped.append(Stopped(document, verdict))
        document.state = DocumentState.HELD
        return
    block.freed.append(document)
    if isinstance(verdict, Stop):
        document.state, document.skip_reason = DocumentState.SKIPPED, verdict.sentence[:300]
        block.entries.append(_document_entry(events.DOCUMENT_SKIPPED, document, {"reason": verdict.sentence}))
    elif isinstance(verdict, Leave):
        document.state, document.posted_digest = DocumentState.POSTED, document.digest
    else:
        document.state = verdict.state


def _post(document: Document, verdict: Post, around: Surroundings, bench: Bench, block: Block) -> None:
    place = (document.pk, document.version, verdict.operation.value)
    revision = around.revisions.get(place, 0)
    posting = Posting(
        tenant_id=document.tenant_id,
        document=document,
        flow=document.flow,
        connection=document.flow.integration.ledger,
        operation=verdict.operation.value,
        version=document.version,
        digest=document.digest,
        key=keys.posting_key(
            tenant_id=document.tenant_id,
            integration_id=document.flow.integration_id,
            flow=document.flow.key,
            source_id=document.source_id,
            version=document.version,
            operation=verdict.operation.value,
            revision=revision,
        ),
        token=token_of(document),
        draft=to_data(verdict.draft),
        rules=list(verdict.rules),
        state=PostingState.READY,
        amount=amount_of(verdict.draft) if verdict.operation != Operation.VOID else Decimal(0),
        currency=document.currency,
        created_at=block.now,
        updated_at=block.now,
    )
    document.state = DocumentState.QUEUED
    if verdict.waits_for is not None:
        posting.state = PostingState.BLOCKED
        block.waits.append(PostingWait(tenant_id=document.tenant_id, posting=posting, on=verdict.waits_for))
    elif verdict.gated:
        posting.state = PostingState.GATED
    if verdict.gated:
        limit = f"above {bench.policy.gate_amount} {document.currency}" if bench.policy.approval_gate == "above" else "every document"
        block.stopped.append(
            Stopped(
                document, Stop("awaits_release", f"It waits for a person's release ({limit}).", "Look at the draft and press Release.", "release")
            )
        )
    else:
        block.freed.append(document)
    if verdict.waits_for is not None and verdict.waits_for.state == DocumentState.HELD:
        block.held_before.append(verdict.waits_for)
    block.postings.append(posting)
    data = {
        "operation": posting.operation,
        "amount": exact(posting.amount, posting.currency),
        "currency": posting.currency,
        "key": posting.key,
        "version": posting.version,
    }
    block.entries.append(_document_entry(events.POSTING_PREPARED, document, data | {"mapping_version": document.mapping_version}))


def _write(flow: Flow, block: Block) -> None:
    update_rows(block.superseded, ["state", "updated_at"])
    Posting.everywhere.bulk_create(block.postings)
    PostingWait.everywhere.bulk_create(block.waits)
    _ensure_mapping_rows(flow, block.stopped)
    block.entries += resolve_holds(block.freed, now=block.now, how="prepared")
    block.entries += open_holds(block.stopped, now=block.now)
    update_rows(block.documents, ["state", "skip_reason", "mapping_version", "posted_digest", "updated_at"])


def _ensure_mapping_rows(flow: Flow, stopped: Iterable[Stopped]) -> None:
    """The rows people fill in must be there before the link to them is made."""
    gaps = [gap for item in stopped for gap in item.stop.details.get("gaps", ()) if gap["mapping_id"] is None and gap["reference_id"]]
    wanted: dict[str, set[int]] = {}
    for gap in gaps:
        wanted.setdefault(gap["kind"], set()).add(gap["reference_id"])
    made = {kind: ensure_rows(flow.integration, kind, ids) for kind, ids in wanted.items()}
    for gap in gaps:
        gap["mapping_id"] = made[gap["kind"]].get(gap["reference_id"])


def _document_entry(event: events.Event, document: Document, data: dict[str, object]) -> NewEntry:
    return NewEntry(
        event, subject=document.title, subject_id=str(document.pk), document_id=document.pk, integration_id=document.flow.integration_id, data=data
    )
