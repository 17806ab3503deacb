"""What a person can do with a document: retry, release, skip, link. Screens, commands and API call these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from audit import events
from audit.record import NewEntry, record_many
from connectors.sync import follow
from connectors.sync.holds import resolve_holds
from connectors.sync.models import Document, Flow, Hold, Posting
from connectors.sync.states import NEVER_SENT, OPEN, DocumentState, PostingState
from onecore.lib import doorbell
from onecore.lib.bulk import update_rows

_S = PostingState


class CannotAct(Exception):
    """The act does not fit where the document stands; the text says why and what would."""


def retry(documents: Iterable[Document], *, by: str, now: datetime) -> int:
    """Look at held documents again. Where something may be in the ledger, OneCore looks there before it sends anything."""
    looked = 0
    for ids in _by_flow(documents):
        with transaction.atomic():
            block = _locked(ids, DocumentState.HELD)
            unsure = {posting.document_id: posting for posting in _open_postings(block) if posting.state == _S.HELD and posting.sent_at is not None}
            for posting in unsure.values():
                posting.state, posting.not_before, posting.updated_at = _S.UNCERTAIN, now, now
                posting.looked_s, posting.looked_at, posting.rounds = 0, now, 0
            update_rows(list(unsure.values()), ["state", "not_before", "updated_at", "looked_s", "looked_at", "rounds"])
            for document in block:
                document.state = DocumentState.QUEUED if document.pk in unsure else DocumentState.PENDING
                document.updated_at = now
            update_rows(block, ["state", "updated_at"])
            entries = resolve_holds([document for document in block if document.pk in unsure], now=now, how="looked at again", by=by)
            record_many(_tenant(block), entries)
            doorbell.ring()
        looked += len(block)
    return looked


def release(documents: Iterable[Document], *, by: str, now: datetime) -> int:
    """Let gated documents go. What was released is this version: a changed one needs a new release."""
    released = 0
    for ids in _by_flow(documents):
        with transaction.atomic():
            block = _locked(ids, DocumentState.HELD)
            gated = set(
                Hold.everywhere.filter(document__in=block, resolved_at__isnull=True, reason="awaits_release").values_list("document_id", flat=True)
            )
            going = [document for document in block if document.pk in gated]
            if not going:
                continue
            for document in going:
                document.released_digest, document.released_by = document.digest, by[:150]
                document.state, document.updated_at = DocumentState.PENDING, now
            update_rows(going, ["released_digest", "released_by", "state", "updated_at"])
            record_many(
                _tenant(going), [_entry(events.DOCUMENT_RELEASED, document, document.flow, by, {"digest": document.digest}) for document in going]
            )
            doorbell.ring()
            released += len(going)
    return released


def skip(documents: Iterable[Document], *, reason: str, by: str, now: datetime) -> int:
    """Leave documents out, with a reason. Refused while something of one may be in the ledger. Raises CannotAct."""
    if not reason.strip():
        raise CannotAct("Say why it is left out: the reason is kept.")
    skipped = 0
    for ids in _by_flow(documents):
        with transaction.atomic():
            block = _locked(ids, DocumentState.HELD, DocumentState.PENDING)
            if not block:
                continue
            flow, postings = block[0].flow, _open_postings(block)
            unsure = [
                posting for posting in postings if posting.state == _S.SENDING or (posting.state not in NEVER_SENT and posting.sent_at is not None)
            ]
            if unsure:
                raise CannotAct(f"{unsure[0].document.title} may be in the ledger. Press Retry first: OneCore looks there.")
            there = (
                Hold.everywhere.filter(document__in=block, resolved_at__isnull=True, reason="found_but_different").select_related("document").first()
            )
            if there is not None or any(document.ledger_ref for document in block):
                title = there.document.title if there else next(document.title for document in block if document.ledger_ref)
                raise CannotAct(f"{title} is in the ledger, so it cannot be left out. Void it there first, or mark it settled.")
            for posting in postings:
                posting.state, posting.updated_at = _S.SKIPPED, now
            update_rows(postings, ["state", "updated_at"])
            for document in block:
                document.state, document.skip_reason, document.updated_at = DocumentState.SKIPPED, reason.strip()[:300], now
                document.skipped_by = by[:150]
            update_rows(block, ["state", "skip_reason", "skipped_by", "updated_at"])
            entries = resolve_holds(block, now=now, how=f"skipped: {reason}", by=by)
            entries += [_entry(events.DOCUMENT_SKIPPED, document, flow, by, {"reason": reason}) for document in block]
            entries += follow.successors(flow, block, now=now)
            record_many(flow.tenant_id, entries)
            doorbell.ring()
            skipped += len(block)
    return skipped


def link(document: Document, *, by: str, now: datetime) -> None:
    """The bill somebody keyed by hand is this document: take it as posted. Amounts must agree. Raises CannotAct."""
    with transaction.atomic():
        document = next(iter(_locked([document.pk], DocumentState.HELD)), document)
        hold = Hold.everywhere.filter(document=document, resolved_at__isnull=True, reason="duplicate_number").first()
        if hold is None:
            raise CannotAct("Only a document held for a bill number that is already used can be linked.")
        posting = next(iter(_open_postings([document])), None)
        if posting is None:
            raise CannotAct(f"{document.title} has no posting to link. Press Retry first.")
        total = Decimal(hold.details["total"])
        if total != posting.amount:
            raise CannotAct(f"The bill in the ledger comes to {total}, this one to {posting.amount}: they are not the same.")
        posting.state, posting.ledger_ref, posting.updated_at = _S.POSTED, hold.details["ledger_ref"], now
        posting.save(update_fields=["state", "ledger_ref", "updated_at"])
        document.state, document.ledger_ref, document.ledger_number = DocumentState.POSTED, hold.details["ledger_ref"], hold.details["number"]
        document.ledger_kind, document.posted_digest, document.posted_amount = posting.draft["kind"], posting.digest, posting.amount
        document.posted_at = document.updated_at = now
        document.save()
        entries = resolve_holds([document], now=now, how="linked to the ledger's bill", by=by)
        entries.append(_entry(events.POSTING_ADOPTED, document, document.flow, by, {"ledger_ref": document.ledger_ref, "result": "linked by hand"}))
        entries += follow.successors(document.flow, [document], now=now)
        record_many(document.tenant_id, entries)
        doorbell.ring()


BY_HAND = frozenset({"changed_after_posting", "withdrawn_after_posting", "gone_after_posting", "paid_cannot_change", "not_found"})
"""Holds a person can end by putting the ledger right and saying so."""


def settle_by_hand(documents: Iterable[Document], *, reason: str, by: str, now: datetime) -> int:
    """The ledger was put right by hand: for this version nothing more is posted. Raises CannotAct."""
    if not reason.strip():
        raise CannotAct("Say what was done in the ledger: the reason is kept.")
    settled = 0
    for ids in _by_flow(documents):
        with transaction.atomic():
            block = _locked(ids, DocumentState.HELD)
            if not block:
                continue
            flow = block[0].flow
            reasons = dict(Hold.everywhere.filter(document__in=block, resolved_at__isnull=True).values_list("document_id", "reason"))
            unfit = [document for document in block if reasons.get(document.pk) not in BY_HAND or not document.ledger_ref]
            if unfit:
                raise CannotAct(f"{unfit[0].title} was not posted and then changed, so there is nothing to put right by hand.")
            postings = _open_postings(block)
            for posting in postings:
                posting.state, posting.updated_at = _S.SKIPPED, now
            update_rows(postings, ["state", "updated_at"])
            for document in block:
                document.settled_digest, document.state, document.updated_at = document.digest, DocumentState.POSTED, now
            update_rows(block, ["settled_digest", "state", "updated_at"])
            entries = resolve_holds(block, now=now, how=f"put right by hand: {reason}", by=by)
            entries += follow.successors(flow, block, now=now)
            record_many(flow.tenant_id, entries)
            doorbell.ring()
            settled += len(block)
    return settled


def sync_now(flow: Flow, *, by: str, now: datetime) -> bool:
    """Make the flow due at once; False if it is running already."""
    Flow.everywhere.filter(pk=flow.pk).update(next_at=now)
    doorbell.ring()
    return not flow.runs(manager="everywhere").filter(state="running").exists()


def switch(flow: Flow, *, enabled: bool | None = None, paused: bool | None = None, by: str) -> None:
    """Switch a flow on or off, pause or resume it."""
    event = events.FLOW_PAUSED if paused or enabled is False else events.FLOW_ENABLED
    with transaction.atomic():
        if enabled is not None:
            flow.enabled = enabled
        if paused is not None:
            flow.paused = paused
        flow.save(update_fields=["enabled", "paused"])
        data = {"enabled": flow.enabled, "paused": flow.paused}
        record_many(
            flow.tenant_id, [NewEntry(event, subject=str(flow), subject_id=str(flow.pk), integration_id=flow.integration_id, actor=by, data=data)]
        )
        doorbell.ring()


def _by_flow(documents: Iterable[Document]) -> list[list[int]]:
    """Ids, flow by flow."""
    blocks: dict[int, list[int]] = {}
    for document in documents:
        blocks.setdefault(document.flow_id, []).append(document.pk)
    return list(blocks.values())


def _locked(ids: list[int], *states: str) -> list[Document]:
    """Those of the documents that stand in one of these states now, locked: what a screen showed may be old."""
    rows = Document.everywhere.filter(pk__in=ids, state__in=states).select_related("flow__integration")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _tenant(documents: list[Document]) -> int:
    return documents[0].tenant_id if documents else 0


def _open_postings(documents: list[Document]) -> list[Posting]:
    rows = Posting.everywhere.filter(document__in=documents, state__in=OPEN).select_related("document")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _entry(event: events.Event, document: Document, flow: Flow, by: str, data: dict[str, object]) -> NewEntry:
    return NewEntry(
        event, subject=document.title, subject_id=str(document.pk), document_id=document.pk, integration_id=flow.integration_id, actor=by, data=data
    )
