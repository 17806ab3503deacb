"""The demo's verdict: what the source says, what the ledger itself holds, and what stands between them, to the cent."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from audit.verify import verify
from connectors.connections.models import Integration
from connectors.onboarding.demo.reach import Control
from connectors.sync import selectors
from connectors.sync.models import Flow, Hold
from onecore.lib.command import table
from onecore.lib.money import plain, quantize

FIGURES = ("source_total", "posted_total", "held_total", "skipped_total", "ledger_total")
COUNTS = ("documents", "posted", "held", "skipped")


def make_report(control: Control, integrations: list[Integration]) -> dict[str, Any]:
    """`ok` only if source = posted + held + skipped and posted = ledger, per flow and currency, and the audit verifies."""
    rows = [_integration(control, integration) for integration in integrations]
    audit = verify()
    return {"ok": audit.ok and all(flow["ok"] for row in rows for flow in row["flows"]), "audit_verified": audit.ok, "integrations": rows}


def _integration(control: Control, integration: Integration) -> dict[str, Any]:
    flows = [data for flow in Flow.everywhere.filter(integration=integration) for data in _flow(control, integration, flow)]
    currency = integration.ledger.currency
    base = [flow for flow in flows if flow["currency"] == currency]
    sums = {name: sum(flow[name] for flow in base) for name in COUNTS}
    totals = {name: plain(sum((Decimal(flow[name]) for flow in base), Decimal(0))) for name in FIGURES}
    return {
        "name": integration.name,
        "tenant": integration.tenant.slug,
        "source": integration.source.system,
        "ledger": integration.ledger.system,
        "currency": currency,
        **sums,
        **totals,
        "flows": flows,
        "holds": [{**row, "amount": plain(row["amount"]), "oldest": row["oldest"].isoformat()} for row in selectors.holds_by_reason(integration)],
    }


def _flow(control: Control, integration: Integration, flow: Flow) -> list[dict[str, Any]]:
    source = control.get(f"source/procore/{integration.source.organisation_id}/{flow.key}", summary="1")["totals"]
    ledger = control.get(f"ledger/intacct/{integration.ledger.organisation_id}", summary="1")["totals"]
    ours = {row["currency"]: row for row in selectors.flow_sums(flow)}
    answer = []
    for currency in sorted({*source, *ours}):
        row = ours.get(currency, {})
        counts = {name: int(row.get(name, 0)) for name in COUNTS}
        figures = {name: quantize(Decimal(row.get(name, 0)), currency) for name in ("posted_total", "held_total", "skipped_total")}
        figures["source_total"] = Decimal(source.get(currency, {}).get("total", "0"))
        figures["ledger_total"] = Decimal(ledger.get(currency, {}).get("total", "0"))  # drafts included
        agrees = figures["source_total"] == figures["posted_total"] + figures["held_total"] + figures["skipped_total"]
        agrees = agrees and figures["posted_total"] == figures["ledger_total"] and source.get(currency, {}).get("count", 0) == counts["documents"]
        agrees = agrees and counts["documents"] == counts["posted"] + counts["held"] + counts["skipped"]
        texts = {name: plain(figures[name]) for name in FIGURES}
        answer.append({"flow": flow.key, "currency": currency, "ok": agrees, **counts, **texts})
    return answer


def write_report(report: dict[str, Any], folder: Path) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False), encoding="utf-8")
    return path


def as_text(report: dict[str, Any], *, portal: str) -> str:
    """One table, the holds behind it with where to fix them, and the verdict."""
    rows = []
    for row in report["integrations"]:
        for flow in row["flows"]:
            rows.append(
                [row["name"], flow["flow"], flow["currency"], *(flow[name] for name in COUNTS), *(f"{Decimal(flow[name]):,}" for name in FIGURES)]
            )
    head = ["integration", "flow", "", *COUNTS, "source", "posted", "held", "skipped", "in the ledger"]
    parts = [table(rows, head=head, right=range(3, 12)), ""]
    parts += [_holds_text(portal), ""]
    parts.append("Audit trail verified." if report["audit_verified"] else "The audit trail does NOT verify: run manage.py verify_audit.")
    verdict = "Source = posted + held + skipped, and posted = what the ledger holds, to the cent."
    parts.append(verdict if report["ok"] else "The two sides do NOT agree: run manage.py reconcile for the documents behind the difference.")
    return "\n".join(parts)


def _holds_text(portal: str) -> str:
    holds = Hold.everywhere.filter(resolved_at__isnull=True).select_related("document").order_by("reason", "document__title")
    if not holds:
        return "Nothing is held."
    rows = []
    for hold in holds:
        link = hold.fix_url if hold.fix_url.startswith("http") else f"{portal}{hold.fix_url}"
        rows.append(f"  {hold.document.title}, {quantize(hold.amount, hold.currency):,} {hold.currency}: {hold.sentence}\n      {hold.fix} {link}")
    return "Held, in plain sight:\n" + "\n".join(rows)
