"""One integration reconciled: the same plain data for the command, the demo and the screens."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from connectors.connections.models import Integration
from connectors.reconcile.collect import collect
from connectors.reconcile.compare import Comparison, Line, Sum, compare
from connectors.sync.models import Document, Flow, Hold
from onecore.lib.money import plain, quantize


def reconcile(integration: Integration, *, period: tuple[date, date] | None = None) -> dict[str, Any]:
    """Every flow that makes payables, compared. Raises ConnectorError."""
    flows = []
    for flow in Flow.everywhere.filter(integration=integration).select_related("integration__source", "integration__ledger", "integration__policy"):
        flows.append(_flow_data(flow, compare_flow(flow, period=period)))
    return {
        "ok": all(flow["ok"] for flow in flows),
        "integration": integration.slug,
        "period": f"{period[0]:%Y-%m}" if period else None,
        "source": integration.source.system,
        "ledger": integration.ledger.system,
        "flows": flows,
    }


def compare_flow(flow: Flow, *, period: tuple[date, date] | None = None) -> Comparison:
    """Both sides of one flow."""
    sides = collect(flow)
    reasons = dict(Hold.everywhere.filter(document__flow=flow, resolved_at__isnull=True).values_list("document_id", "sentence"))
    return compare(sides, Document.everywhere.filter(flow=flow).defer("record"), reasons=reasons, period=period)


def month(text: str) -> tuple[date, date]:
    """`2026-10` as first and last day. Raises ValueError."""
    first = date.fromisoformat(f"{text}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _flow_data(flow: Flow, comparison: Comparison) -> dict[str, Any]:
    return {
        "flow": flow.key,
        "ok": comparison.agrees,
        "totals_agree": comparison.totals_agree,
        "currencies": [{"currency": currency, **sum_data(total, currency)} for currency, total in sorted(comparison.sums.items())],
        "projects": [
            {"project": project, "currency": currency, **sum_data(total, currency)}
            for (project, currency), total in sorted(comparison.projects.items())
        ],
        "differences": [_line_data(line) for line in comparison.differences],
        "held": [_line_data(line) for line in comparison.lines if line.verdict == "held"],
    }


def sum_data(total: Sum, currency: str) -> dict[str, Any]:
    """Counts and totals of one currency; amounts as text in its minor units."""
    amounts = ("source_total", "ledger_total", "held_total", "skipped_total", "waiting_total", "unexplained")
    counts = ("documents", "posted", "held", "skipped", "waiting")
    return {name: getattr(total, name) for name in counts} | {name: plain(quantize(getattr(total, name), currency)) for name in amounts}


def _line_data(line: Line) -> dict[str, Any]:
    return {
        "document": line.title,
        "source_id": line.source_id,
        "project": line.project,
        "currency": line.currency,
        "source_amount": plain(line.source_amount),
        "ledger_amount": plain(line.ledger_amount),
        "difference": plain(line.difference),
        "ledger_refs": list(line.ledger_refs),
        "class": line.verdict,
        "why": line.why,
    }
