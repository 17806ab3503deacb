"""What screens and commands show of the engine's rows, as plain data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum

from connectors.connections.models import Integration
from connectors.sync.models import Document, Flow, Hold, Posting, Run
from connectors.sync.reasons import REASONS
from connectors.sync.states import AT_WORK, DocumentState, PostingState
from onecore.lib.money import exact


def documents_of(integration: Integration | None = None, *, state: str = "", flow: str = "") -> list[dict[str, Any]]:
    """One row a document, as `manage.py documents` prints it. Four queries."""
    rows = Document.everywhere.select_related("flow__integration__tenant").order_by("flow_id", "commitment_ref", "sequence", "pk").defer("record")
    if integration is not None:
        rows = rows.filter(flow__integration=integration)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(flow__key=flow) if flow else rows
    documents = list(rows)
    ids = [document.pk for document in documents] if integration is not None or state or flow else None
    holds = Hold.everywhere.filter(resolved_at__isnull=True)
    postings = Posting.everywhere.order_by("pk")
    if ids is not None:
        holds, postings = (
            holds.filter(document__flow__in={doc.flow_id for doc in documents}),
            postings.filter(flow__in={doc.flow_id for doc in documents}),
        )
    held = {hold.document_id: hold for hold in holds}
    latest = {row["document_id"]: row for row in postings.values("document_id", "key", "attempts", "state", "token", "operation")}
    return [_document_data(document, held.get(document.pk), latest.get(document.pk)) for document in documents]


def _document_data(document: Document, hold: Hold | None, posting: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "tenant": document.flow.integration.tenant.slug,
        "integration": document.flow.integration.slug,
        "flow": document.flow.key,
        "source_id": document.source_id,
        "title": document.title,
        "number": document.number,
        "version": document.version,
        "state": document.state,
        "posting_state": posting["state"] if posting else "",
        "ledger_ref": document.ledger_ref,
        "ledger_number": document.ledger_number,
        "amount": exact(document.amount, document.currency),
        "posted_amount": exact(document.posted_amount, document.currency) if document.posted_amount is not None else None,
        "currency": document.currency,
        "attempts": posting["attempts"] if posting else 0,
        "hold_reason": hold.reason if hold else "",
        "hold": hold.sentence if hold else "",
        "fix": hold.fix if hold else "",
        "fix_url": hold.fix_url if hold else "",
        "skip_reason": document.skip_reason if document.state == DocumentState.SKIPPED else "",
        "key": posting["key"] if posting else "",
        "token": posting["token"] if posting else "",
    }


def pending_counts(integration: Integration | None = None) -> dict[str, int]:
    """What still moves by itself: documents to prepare, postings at work, receipts to read. Blocked and held ones wait for
    someone or something else."""
    from connectors.webhooks.models import Receipt

    documents, postings = Document.everywhere.filter(state=DocumentState.PENDING), Posting.everywhere.filter(state__in=AT_WORK)
    runs, receipts = Run.everywhere.filter(state="running"), Receipt.everywhere.filter(state="new")
    postings = postings.filter(flow__enabled=True, flow__paused=False, flow__integration__active=True)
    if integration is not None:
        documents, postings = documents.filter(flow__integration=integration), postings.filter(flow__integration=integration)
        runs, receipts = runs.filter(flow__integration=integration), receipts.filter(connection=integration.source_id)
    return {"documents": documents.count(), "postings": postings.count(), "runs": runs.count(), "receipts": receipts.count()}


def flow_sums(flow: Flow) -> list[dict[str, Any]]:
    """Counts and totals of one flow per currency, as our rows have them."""
    due = Document.everywhere.filter(flow=flow).exclude(state__in=[DocumentState.DORMANT, DocumentState.GONE])
    sums = due.values("currency").annotate(
        documents=Count("pk"),
        posted=Count("pk", filter=Q(state=DocumentState.POSTED)),
        held=Count("pk", filter=Q(state=DocumentState.HELD)),
        skipped=Count("pk", filter=Q(state=DocumentState.SKIPPED)),
        source_total=Sum("amount"),
        posted_total=Sum("posted_amount", filter=Q(state=DocumentState.POSTED)),
        held_total=Sum("amount", filter=Q(state=DocumentState.HELD)),
        skipped_total=Sum("amount", filter=Q(state=DocumentState.SKIPPED)),
    )
    return [{name: value if value is not None else Decimal(0) for name, value in row.items()} for row in sums.order_by("currency")]


def holds_by_reason(integration: Integration) -> list[dict[str, Any]]:
    """Open holds, most money first."""
    rows = Hold.everywhere.filter(document__flow__integration=integration, resolved_at__isnull=True).values("reason", "currency")
    rows = rows.annotate(documents=Count("pk"), amount=Sum("amount"), oldest=Min("opened_at")).order_by("-amount")
    return [{**row, "title": REASONS[row["reason"]].title} for row in rows]


def sign_in_needed(integration: Integration | None = None) -> list[str]:
    """Names of connections that someone must sign in to."""
    from connectors.connections.models import Connection

    rows = Connection.everywhere.filter(status="sign_in")
    if integration is not None:
        rows = rows.filter(pk__in=[integration.source_id, integration.ledger_id])
    return list(rows.values_list("name", flat=True))


def uncertain_count() -> int:
    """Postings whose outcome is being looked for."""
    return Posting.everywhere.filter(state=PostingState.UNCERTAIN).count()


def moving_without(names: list[str]) -> bool:
    """True if something pending does not need the connections that wait for a sign-in."""
    others = Posting.everywhere.filter(state__in=AT_WORK, flow__enabled=True, flow__paused=False).exclude(connection__name__in=names)
    flows = Flow.everywhere.filter(documents__state=DocumentState.PENDING).exclude(integration__ledger__name__in=names)
    return others.exists() or flows.exclude(integration__source__name__in=names).exists()
