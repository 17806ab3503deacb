"""Ask the source what changed and keep it as Documents. Same digest: nothing happens but a count.

Reading is outside any transaction; every page is stored in one of its own. This is one of the two places that catch
ConnectorError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from audit import events
from audit.record import NewEntry, record_many
from connectors.port.drafts import plain_fields
from connectors.port.errors import Refused
from connectors.port.records import Gone, Record, RecordKind, Requisition, Standing
from connectors.port.source import Source
from connectors.sync.models import Document, DocumentVersion, Flow
from connectors.sync.states import DocumentState
from onecore.lib.bulk import update_rows
from onecore.lib.digest import digest
from onecore.lib.money import exact

PAGE = 200
Along = Callable[[Iterable[Any]], Iterator[Any]]
_NOT_BOOKED = ("updated_at", "url", "notes", "extra", "attachments")
"""Parts of a record that can change without changing anything a ledger would hold."""


@dataclass
class Counts:
    """What one pull met."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def add(self, other: Counts) -> None:
        self.seen += other.seen
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged


def pull(
    flow: Flow, source: Source, *, record: RecordKind, since: datetime | None, scope: Sequence[str], now: datetime, along: Along = iter
) -> Iterator[Counts]:
    """Store page by page what the source changed; yields the counts of each page. `along` hears of every record as it comes."""
    records = along(source.changes(record, since=since, scope=scope))
    while page := list(islice(records, PAGE)):
        yield store(flow, page, now=now)


def pull_missing(flow: Flow, source: Source, *, record: RecordKind, seen_since: datetime, now: datetime) -> tuple[Counts, dict[str, str]]:
    """After a whole scan: documents the scan did not meet are asked for by id; what is gone is marked gone.

    Project by project: one that we may no longer see is told (project id to reason) and never takes the others along; its
    documents stay as they are, for losing a permission is not losing an invoice.
    """
    unseen = Document.everywhere.filter(flow=flow, checked_at__lt=seen_since).exclude(state=DocumentState.GONE)
    by_project: dict[str, list[tuple[str, str]]] = {}
    for source_id, project in unseen.values_list("source_id", "project_ref"):
        by_project.setdefault(project, []).append((source_id, project))
    counts, blind = Counts(), {}
    for project, refs in by_project.items():
        try:
            counts.add(pull_some(flow, source, record=record, refs=refs, now=now))
        except Refused as refusal:
            blind[project] = refusal.message
    return counts, blind


def pull_some(flow: Flow, source: Source, *, record: RecordKind, refs: Sequence[tuple[str, str]], now: datetime) -> Counts:
    """Read these records again, whatever their age."""
    counts = Counts()
    if not refs:
        return counts
    answers = source.read(record, refs)
    while page := list(islice(answers, PAGE)):
        counts.add(store(flow, [item for item in page if not isinstance(item, Gone)], now=now))
        counts.add(bury(flow, [item.source_id for item in page if isinstance(item, Gone)], now=now))
    return counts


def booked_digest(record: Record) -> str:
    """Digest of everything in a record that a ledger could come to hold."""
    data = plain_fields(record)
    return digest({name: value for name, value in data.items() if name not in _NOT_BOOKED})


def store(flow: Flow, records: Iterable[Record], *, now: datetime) -> Counts:
    """Keep one page. A fixed number of queries whatever its size."""
    newest = _newest(records)
    with transaction.atomic():
        known = {doc.source_id: doc for doc in Document.everywhere.select_for_update().filter(flow=flow, source_id__in=newest)}
        fresh: list[Document] = []
        changed: list[Document] = []
        for record in newest.values():
            document = known.get(record.source_id)
            seal = booked_digest(record)
            if document is None:
                fresh.append(fill(Document(tenant_id=flow.tenant_id, flow=flow, source_id=record.source_id, created_at=now), record, seal, now))
            elif (document.digest != seal and record.updated_at >= document.source_updated_at) or document.state == DocumentState.GONE:
                document.version += 1
                changed.append(fill(document, record, seal, now))
        Document.everywhere.bulk_create(fresh)
        update_rows(changed, _WRITTEN)
        _keep_versions([*fresh, *changed], now)
        Document.everywhere.filter(flow=flow, source_id__in=newest).update(checked_at=now)
        _wake_successors(flow, changed, now)
        record_many(flow.tenant_id, [_entry(doc, events.DOCUMENT_SEEN) for doc in fresh] + [_entry(doc, events.DOCUMENT_CHANGED) for doc in changed])
    return Counts(seen=len(newest), new=len(fresh), changed=len(changed), unchanged=len(newest) - len(fresh) - len(changed))


def bury(flow: Flow, source_ids: Sequence[str], *, now: datetime) -> Counts:
    """Mark documents whose record is gone; what that means for the ledger is decided when they are prepared."""
    if not source_ids:
        return Counts()
    with transaction.atomic():
        documents = list(Document.everywhere.select_for_update().filter(flow=flow, source_id__in=source_ids, gone_at__isnull=True))
        for document in documents:
            document.gone_at = document.updated_at = now
            document.state = DocumentState.PENDING
        update_rows(documents, ["gone_at", "updated_at", "state"])
        record_many(flow.tenant_id, [_entry(doc, events.DOCUMENT_GONE) for doc in documents])
    return Counts(seen=len(source_ids), changed=len(documents), unchanged=len(source_ids) - len(documents))


def _newest(records: Iterable[Record]) -> dict[str, Record]:
    newest: dict[str, Record] = {}
    for record in records:
        kept = newest.get(record.source_id)
        if kept is None or record.updated_at >= kept.updated_at:
            newest[record.source_id] = record
    return newest


_WRITTEN = [
    "version", "digest", "record", "state", "title", "number", "project_ref", "commitment_ref", "sequence", "previous_ref", "vendor_ref", "amount",
    "currency", "document_date", "source_updated_at", "source_url", "payable_since", "skip_reason", "skipped_by", "gone_at", "updated_at",
]  # fmt: skip


def fill(document: Document, record: Record, seal: str, now: datetime) -> Document:
    """The Document's columns from its record; nothing is saved."""
    assert isinstance(record, Requisition)
    document.digest, document.record = seal, plain_fields(record)
    document.state, document.skip_reason, document.skipped_by, document.gone_at = DocumentState.PENDING, "", "", None
    document.title = f"{record.commitment_number or record.commitment_ref} #{record.number}"[:250]
    document.number = record.invoice_number[:200]
    document.project_ref, document.commitment_ref, document.vendor_ref = record.project_ref, record.commitment_ref, record.vendor_ref
    document.sequence, document.previous_ref = record.number, record.previous_ref
    document.amount, document.currency = record.payable_net + record.tax_total, record.currency
    document.document_date = record.billing_date or record.period_end
    document.source_updated_at, document.source_url = record.updated_at, record.url[:500]
    if record.standing == Standing.PAYABLE and document.payable_since is None:
        document.payable_since = now
    document.updated_at = document.checked_at = now
    return document


def _keep_versions(documents: list[Document], now: datetime) -> None:
    DocumentVersion.everywhere.bulk_create(
        [
            DocumentVersion(tenant_id=doc.tenant_id, document=doc, number=doc.version, digest=doc.digest, record=doc.record, seen_at=now)
            for doc in documents
        ],
        ignore_conflicts=True,
    )


def _wake_successors(flow: Flow, changed: list[Document], now: datetime) -> None:
    """An invoice is counted from the one before it: when that one changes, it is prepared anew."""
    if changed:
        followers = Document.everywhere.filter(flow=flow, previous_ref__in=[doc.source_id for doc in changed])
        followers.exclude(state__in=[DocumentState.GONE, DocumentState.PENDING]).update(state=DocumentState.PENDING, updated_at=now)


def _entry(document: Document, event: events.Event) -> NewEntry:
    data: dict[str, Any] = {
        "version": document.version,
        "digest": document.digest,
        "amount": exact(document.amount, document.currency),
        "currency": document.currency,
    }
    return NewEntry(
        event,
        subject=document.title,
        subject_id=str(document.pk),
        document_id=document.pk,
        integration_id=document.flow.integration_id,
        data=data | {"source_id": document.source_id, "status": document.record.get("status", "")},
    )
