"""`manage.py status`: counts, lags and health at a glance."""

from __future__ import annotations

from typing import Any

from connectors.connections.models import Connection, Integration
from connectors.sync import pulse, selectors
from connectors.sync.models import Flow, Run
from onecore.lib.clock import utcnow
from onecore.lib.command import Contract, table
from onecore.lib.money import exact


class Command(Contract):
    help = "Counts, lags and health of every integration; connections that need someone; whether a worker is alive."

    def handle(self, *args: Any, **options: Any) -> None:
        now, beat = utcnow(), pulse.last_beat()
        data: dict[str, Any] = {
            "worker": {"last_seen": beat, "seconds_ago": round((now - beat).total_seconds()) if beat else None},
            "pending": selectors.pending_counts(),
            "uncertain": selectors.uncertain_count(),
            "connections": [
                {
                    "tenant": row.tenant.slug,
                    "name": row.name,
                    "system": row.system,
                    "status": row.status,
                    "sentence": row.status_sentence,
                    "last_ok": row.last_ok_at,
                }
                for row in Connection.everywhere.select_related("tenant").order_by("tenant__slug", "name")
            ],
            "integrations": [_integration(row, now) for row in Integration.everywhere.select_related("tenant").order_by("tenant__slug", "slug")],
        }
        self.answer(data, _text(data))


def _integration(integration: Integration, now: Any) -> dict[str, Any]:
    flows = []
    for flow in Flow.everywhere.filter(integration=integration):
        last = Run.everywhere.filter(flow=flow).first()
        sums = [
            {name: exact(value, row["currency"]) if name.endswith("_total") else value for name, value in row.items()}
            for row in selectors.flow_sums(flow)
        ]
        flows.append(
            {
                "flow": flow.key,
                "enabled": flow.enabled,
                "paused": flow.paused,
                "lag_s": round((now - flow.cursor).total_seconds()) if flow.cursor else None,
                "next_at": flow.next_at,
                "last_run": {"at": last.started_at, "state": last.state, "sentence": last.sentence} if last else None,
                "sums": sums,
            }
        )
    holds = [{**row, "amount": exact(row["amount"], row["currency"])} for row in selectors.holds_by_reason(integration)]
    return {"tenant": integration.tenant.slug, "integration": integration.slug, "active": integration.active, "flows": flows, "holds": holds}


def _text(data: dict[str, Any]) -> str:
    ago = data["worker"]["seconds_ago"]
    lines = ["worker: " + ("never seen; start one with manage.py worker" if ago is None else f"seen {ago} s ago")]
    lines.append(
        table(
            [[row["tenant"], row["name"], row["status"], row["sentence"]] for row in data["connections"]], head=["tenant", "connection", "status", ""]
        )
    )
    for item in data["integrations"]:
        for flow in item["flows"]:
            for total in flow["sums"]:
                counts = f"{total['posted']} posted, {total['held']} held of {total['documents']} {total['currency']}"
                lines.append(f"{item['tenant']}/{item['integration']} {flow['flow']}: {counts}")
        lines.extend(f"  held: {row['documents']} × {row['title']}, {row['amount']} {row['currency']}" for row in item["holds"])
    return "\n".join(lines)
