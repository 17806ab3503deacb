"""Everything the page of one document shows, as plain data. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from audit import trail
from connectors.sync.admin import addresses, tones
from connectors.sync.admin.beside import Beside, beside
from connectors.sync.admin.figures import exact, figure
from connectors.sync.admin.formula import Reckoning, read_record, reckon
from connectors.sync.admin.hold_panel import HoldPanel, hold_panel
from connectors.sync.models import Attempt, Document, DocumentVersion, Hold, Posting, PostingWait
from mappings.models import Reference
from onecore.adminkit.columns import age_text, badge, money_text, page_link
from onecore.adminkit.timeline import Moment, draw

VERSIONS, POSTINGS, ATTEMPTS, ENTRIES = 20, 20, 40, 40
"""At most so many are shown; the lists have the rest."""

_COMPARED = {"status": "status", "invoice_number": "number", "billing_date": "billing date", "vendor_name": "vendor", "payment_date": "due date"}


_TRIED: dict[str, str] = {Attempt.Act.SEND: "Try to", Attempt.Act.LOOK: "Look for the"}
"""A try looks before it sends, and may end there: it is not called sent."""


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    seen: SafeString
    status: str
    payable: str
    changes: str
    posted: bool


@dataclass(frozen=True, slots=True)
class PostingLine:
    link: SafeString
    state: SafeString
    operation: str
    version: int
    key: str
    attempts: int
    next_try: SafeString
    error: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """`facts`: name and value, in the order people look for them."""

    state: SafeString
    amount: SafeString
    posted: SafeString
    currency: str
    facts: tuple[tuple[str, SafeString | str], ...]
    source_link: SafeString
    ledger_link: SafeString
    hold: HoldPanel | None
    skip_reason: str
    waits: tuple[SafeString, ...]
    awaited_by: tuple[SafeString, ...]
    reckoning: Reckoning | None
    no_reckoning: str
    beside: Beside | None
    versions: tuple[Version, ...]
    postings: tuple[PostingLine, ...]
    attempts: SafeString
    trail: SafeString
    trail_link: str


def document_page(document: Document, *, may_act: bool, now: datetime) -> DocumentPage:
    """Read it. `document` comes with its flow, integration and both connections."""
    record = read_record(document)
    before = _previous(document)
    previous = read_record(before)
    postings = list(Posting.everywhere.filter(document=document).order_by("-pk")[:POSTINGS])
    newest = next((posting for posting in postings if posting.state not in {"superseded", "skipped"}), None)
    names = _names(document, postings[:1])
    hold = Hold.everywhere.filter(document=document, resolved_at__isnull=True).first()
    made = reckon(document, record, previous, newest, names)
    # What is posted stays as it was made; a hold since then is about today's figures, so those are shown with it.
    is_stale = hold is not None and newest is not None and newest.state == "posted"
    reckoning = reckon(document, record, previous, None, names) if is_stale else made
    return DocumentPage(
        state=badge(document.get_state_display(), tones.DOCUMENT.get(document.state, "quiet")),
        amount=money_text(document.amount, document.currency),
        posted=money_text(document.posted_amount, document.currency),
        currency=document.currency,
        facts=tuple(_facts(document, record, now)),
        source_link=addresses.link(document.source_url, f"Open in {document.flow.integration.source.system_label}", css="oc-button oc-second"),
        ledger_link=addresses.link(document.ledger_url, f"Open in {document.flow.integration.ledger.system_label}", css="oc-button oc-second"),
        hold=hold_panel(hold, document, may_act=may_act, now=now) if hold else None,
        skip_reason=document.skip_reason if document.state == "skipped" else "",
        waits=_documents(PostingWait.everywhere.filter(posting__document=document, posting__state="blocked").values("on_id")),
        awaited_by=_documents(PostingWait.everywhere.filter(on=document, posting__state="blocked").values("posting__document_id")),
        reckoning=reckoning,
        no_reckoning="" if reckoning else _why_none(record, before),
        beside=beside(newest, made, document.amount, names),
        versions=tuple(_versions(document, now)),
        postings=tuple(_posting(posting, now) for posting in postings),
        attempts=draw(_attempts(postings)),
        trail=draw(trail.of_document(document.pk, limit=ENTRIES)),
        trail_link=f"{reverse('admin:audit_entry_changelist')}?document_id={document.pk}",
    )


def _previous(document: Document) -> Document | None:
    if not document.previous_ref:
        return None
    return Document.everywhere.select_related("flow").filter(flow=document.flow_id, source_id=document.previous_ref).first()


def _why_none(record: Any, before: Document | None) -> str:
    if record is None:
        return "The stored record cannot be read, so its figures cannot be shown."
    return (
        "The invoice before it cannot be seen, so what this period adds cannot be counted."
        if before is None
        else "The stored record of the invoice before it cannot be read."
    )


def _facts(document: Document, record: Any, now: datetime) -> Iterable[tuple[str, SafeString | str]]:
    integration = document.flow.integration
    yield "Project", record.project_name if record else document.project_ref
    yield "Vendor", record.vendor_name if record else document.vendor_ref
    yield "Commitment", f"{record.commitment_number} · invoice {record.number}" if record else document.commitment_ref
    yield "Vendor's number", document.number or "none"
    if record and record.period_start and record.period_end:
        yield "Period", f"{record.period_start:%Y-%m-%d} to {record.period_end:%Y-%m-%d}"
    yield "Billing date", f"{document.document_date:%Y-%m-%d}" if document.document_date else "none"
    yield "Status in the source", record.status if record else "unknown"
    yield "Approved, as first seen", age_text(document.payable_since, now=now)
    yield "Flow", page_link(document.flow, str(document.flow))
    yield "Integration", page_link(integration, integration.name)
    yield "Version", str(document.version)
    yield "Source last asked", age_text(document.checked_at, now=now)
    if document.ledger_ref:
        yield "Number in the ledger", document.ledger_number or document.ledger_ref
        yield "Posted", age_text(document.posted_at, now=now)
    if document.gl_date_moved_to:
        yield "GL date moved to", f"{document.gl_date_moved_to:%Y-%m-%d}, the first open day"
    if document.released_by:
        yield "Released by", document.released_by


def _names(document: Document, postings: list[Posting]) -> dict[tuple[str, str], str]:
    """What the ledger calls the ids in the draft: one query."""
    wanted: set[str] = set()
    for posting in postings:
        draft = posting.draft if isinstance(posting.draft, dict) else {}
        wanted.add(str(draft.get("vendor", "")))
        for line in draft.get("lines", ()):
            wanted |= {str(value) for name, value in line.items() if name not in {"amount", "memo", "role", "source_line", "tax_amount"}}
    wanted.discard("")
    if not wanted:
        return {}
    rows = Reference.everywhere.filter(connection=document.flow.integration.ledger_id, remote_id__in=wanted)
    return {(row.kind, row.remote_id): _label(row) for row in rows.only("kind", "remote_id", "code", "name")}


def _label(row: Reference) -> str:
    code = row.code or row.remote_id
    return row.name if row.name == code else f"{code} {row.name}".strip()


def _documents(ids: Any) -> tuple[SafeString, ...]:
    rows = Document.everywhere.filter(pk__in=ids).order_by("commitment_ref", "sequence").defer("record")[:20]
    return tuple(page_link(row, f"{row.title} ({row.get_state_display().lower()})") for row in rows)


def _versions(document: Document, now: datetime) -> Iterable[Version]:
    rows = list(DocumentVersion.everywhere.filter(document=document).order_by("-number")[: VERSIONS + 1])
    for place, row in enumerate(rows[:VERSIONS]):
        before = rows[place + 1] if place + 1 < len(rows) else None
        data = row.record if isinstance(row.record, dict) else {}
        yield Version(
            number=row.number,
            seen=age_text(row.seen_at, now=now),
            status=str(data.get("status", "")),
            payable=figure(exact(data.get("payable_net")), document.currency),
            changes=_changes(before.record, data, document.currency) if before and isinstance(before.record, dict) else "",
            posted=bool(document.posted_digest) and row.digest == document.posted_digest,
        )


def _changes(before: dict[str, Any], after: dict[str, Any], currency: str) -> str:
    said = [
        f"{words} {before.get(name) or 'none'} → {after.get(name) or 'none'}"
        for name, words in _COMPARED.items()
        if before.get(name) != after.get(name)
    ]
    if before.get("payable_net") != after.get("payable_net"):
        old_payable, new_payable = (figure(exact(data.get("payable_net")), currency) for data in (before, after))
        said.append(f"payable {old_payable} → {new_payable}")
    old = {line.get("line_ref"): line for line in before.get("lines", ())}
    new = {line.get("line_ref"): line for line in after.get("lines", ())}
    touched = sum(1 for ref in old.keys() | new.keys() if old.get(ref) != new.get(ref))
    return "; ".join([*said, f"{touched} line{'s' if touched != 1 else ''}"] if touched else said)


def _posting(posting: Posting, now: datetime) -> PostingLine:
    return PostingLine(
        link=page_link(posting, f"#{posting.pk}"),
        state=badge(posting.get_state_display(), tones.POSTING.get(posting.state, "quiet")),
        operation=posting.operation,
        version=posting.version,
        key=posting.key[:12],
        attempts=posting.attempts,
        next_try=age_text(posting.not_before if posting.state in {"waiting", "uncertain"} else None, now=now),
        error=posting.last_error,
    )


def attempt_moments(attempts: Iterable[Attempt], operations: dict[int, str]) -> list[Moment]:
    """Tries as a timeline: what was done, how it ended, the remote's own id of the call."""
    return [
        Moment(
            at=attempt.started_at,
            title=f"{_TRIED[attempt.act]} {operations.get(attempt.posting_id, 'post')}: {attempt.result or 'under way or lost'}",
            text=attempt.sentence,
            tone=tones.ATTEMPT.get(attempt.result, "quiet"),
            detail=f"Request id at the ledger: {attempt.request_id}" if attempt.request_id else "",
        )
        for attempt in attempts
    ]


def _attempts(postings: list[Posting]) -> list[Moment]:
    rows = Attempt.everywhere.filter(posting__in=[posting.pk for posting in postings]).order_by("-started_at", "-pk")[:ATTEMPTS]
    return attempt_moments(rows, {posting.pk: posting.operation for posting in postings})
