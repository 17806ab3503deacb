"""`manage.py reconcile --integration X [--period 2026-10]`: both sides read anew and compared."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connectors.connections.models import Integration
from connectors.port.errors import ConnectorError, SignInAgain
from connectors.reconcile.report import month, reconcile
from onecore.lib.command import Contract, Exit, Stop, table


class Command(Contract):
    help = "Compare what the source says is payable with what the ledger holds, document by document."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--integration", required=True, help="its short name, or tenant/short-name")
        parser.add_argument("--period", help="one month, e.g. 2026-10; everything without it")

    def handle(self, *args: Any, **options: Any) -> None:
        integration = Integration.find(options["integration"])
        try:
            period = month(options["period"]) if options["period"] else None
        except ValueError:
            raise Stop(Exit.WRONG_USE, f"--period is {options['period']!r}, but must be a month like 2026-10.") from None
        try:
            data = reconcile(integration, period=period)
        except SignInAgain as error:
            raise Stop(Exit.SIGN_IN, f"{error.message} Sign in again under Connections.") from error
        except ConnectorError as error:
            raise Stop(Exit.FAILED, f"One side could not be read: {error.message}") from error
        self.answer(data, as_text(data))
        if not data["ok"]:
            raise Stop(Exit.FAILED, "The two sides do not agree; the differences are in the output.")


def as_text(data: dict[str, Any]) -> str:
    """For people: sums per currency, then projects, then what differs."""
    parts = []
    for flow in data["flows"]:
        rows = [_row(item["currency"], item) for item in flow["currencies"]] + [
            _row(f"  {item['project'] or '(none)'}", item) for item in flow["projects"]
        ]
        head = ["", "docs", "posted", "held", "source", "ledger", "held", "skipped", "unexplained"]
        parts.append(f"{flow['flow']}\n" + table(rows, head=head, right=range(1, 9)))
        parts.extend(f"  {line['class']}: {line['document']} {line['difference']} {line['currency']} {line['why']}" for line in flow["differences"])
    return "\n".join(parts)


def _row(name: str, item: dict[str, Any]) -> list[Any]:
    figures = ("documents", "posted", "held", "source_total", "ledger_total", "held_total", "skipped_total", "unexplained")
    return [name, *(item[figure] for figure in figures)]
