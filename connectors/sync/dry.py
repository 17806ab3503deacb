"""A dry run: the exact drafts a run would make and what it would hold. Writes no Document, Posting, Hold or Mapping."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.port.drafts import to_data
from connectors.port.records import Record
from connectors.sync import bench as benches
from connectors.sync import keys, pull, sides
from connectors.sync.flows import FLOWS
from connectors.sync.judge import Bench, Post, judge
from connectors.sync.models import Document, Flow, Hold, Opening, Posting
from connectors.sync.recipes.outcome import Stop
from connectors.sync.recipes.question import Opened
from connectors.sync.states import DocumentState, PostingState
from onecore.lib.money import exact


@dataclass(frozen=True, slots=True)
class DryLine:
    """What would become of one document."""

    document: Document
    outcome: str  # post, hold, skip, leave, dormant
    operation: str = ""
    draft: dict[str, Any] | None = None
    rules: tuple[dict[str, Any], ...] = ()
    reason: str = ""
    sentence: str = ""


def dry_run(flow: Flow, *, now: datetime) -> list[DryLine]:
    """Read the source anew and judge everything in memory. The mirror of remote lists is used as it stands. Raises ConnectorError."""
    source, bench = sides.source_of(flow.integration.source), benches.set_up(flow)
    documents = _documents(flow, source.changes(FLOWS[flow.key].record, since=None), now)
    posted, refused = _posted_drafts(flow), _refused(flow)
    openings = {
        row.commitment_ref: Opened(row.billed_to_date, row.retained_to_date)
        for row in Opening.everywhere.filter(integration=flow.integration_id, agreed_at__isnull=False)
    }
    by_source = {document.source_id: document for document in documents}
    lines = []
    for document in sorted(documents, key=lambda item: (item.commitment_ref, item.sequence)):
        line = _line(
            document,
            by_source.get(document.previous_ref),
            opened=openings.get(document.commitment_ref),
            posted=posted.get(document.source_id),
            bench=bench,
            flow=flow,
        )
        line = _refused_again(line, refused.get(document.source_id))
        # Successors judge by what would have become of this one.
        document.state = {"post": DocumentState.POSTED, "leave": DocumentState.POSTED, "hold": DocumentState.HELD, "skip": DocumentState.SKIPPED}.get(
            line.outcome, DocumentState.DORMANT
        )
        lines.append(line)
    return lines


def _documents(flow: Flow, records: Any, now: datetime) -> list[Document]:
    stored = {document.source_id: document for document in Document.everywhere.filter(flow=flow)}
    fresh: dict[str, Document] = {}
    for record in records:
        fresh[record.source_id] = _as_document(flow, record, stored.get(record.source_id), now)
    return list(fresh.values())


def _as_document(flow: Flow, record: Record, stored: Document | None, now: datetime) -> Document:
    document = stored or Document(tenant_id=flow.tenant_id, source_id=record.source_id, created_at=now)
    document.flow = flow
    return pull.fill(document, record, pull.booked_digest(record), now)


def _posted_drafts(flow: Flow) -> dict[str, dict[str, Any]]:
    rows = Posting.everywhere.filter(flow=flow, state=PostingState.POSTED).order_by("pk").values_list("document__source_id", "draft")
    return dict(rows)


def _refused(flow: Flow) -> dict[str, Hold]:
    """Open Holds that say what the ledger itself refused, by source id."""
    holds = Hold.everywhere.filter(document__flow=flow, resolved_at__isnull=True, posting__state=PostingState.HELD)
    return {hold.document.source_id: hold for hold in holds.select_related("document", "posting")}


def _refused_again(line: DryLine, hold: Hold | None) -> DryLine:
    """The very draft the ledger has refused already would be refused again."""
    if hold is None or hold.posting is None or line.outcome != "post" or line.draft != hold.posting.draft:
        return line
    return replace(line, outcome="hold", reason=hold.reason, sentence=hold.sentence)


def _line(
    document: Document, previous: Document | None, *, opened: Opened | None, posted: dict[str, Any] | None, bench: Bench, flow: Flow
) -> DryLine:
    token = keys.document_token(tenant_id=flow.tenant_id, integration_id=flow.integration_id, flow=flow.key, source_id=document.source_id)
    verdict = judge(document, previous=previous, opened=opened, posted_draft=posted, token=token, bench=bench)
    if isinstance(verdict, Post):
        if verdict.waits_for is not None:
            sentence = f"Waits for {verdict.waits_for.title}."
            return DryLine(document, "hold", verdict.operation.value, to_data(verdict.draft), verdict.rules, "waits_for_document", sentence)
        if verdict.gated:
            return DryLine(
                document, "hold", verdict.operation.value, to_data(verdict.draft), verdict.rules, "awaits_release", "Waits for a person's release."
            )
        return DryLine(document, "post", verdict.operation.value, to_data(verdict.draft), verdict.rules)
    if isinstance(verdict, Stop):
        return DryLine(document, "skip" if verdict.skip else "hold", reason=verdict.reason, sentence=verdict.sentence)
    return DryLine(document, type(verdict).__name__.lower())


def dry_data(lines: list[DryLine]) -> dict[str, Any]:
    """Plain data for `sync --dry-run`."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.outcome] = counts.get(line.outcome, 0) + 1
    return {
        "dry_run": True,
        "counts": counts,
        "documents": [
            {
                "source_id": line.document.source_id,
                "title": line.document.title,
                "amount": exact(line.document.amount, line.document.currency),
                "currency": line.document.currency,
                "outcome": line.outcome,
                "operation": line.operation,
                "reason": line.reason,
                "sentence": line.sentence,
                "draft": line.draft,
                "rules": list(line.rules),
            }
            for line in lines
        ],
    }
