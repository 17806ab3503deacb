"""`manage.py documents`: one line a document."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connectors.connections.models import Integration
from connectors.sync import selectors
from connectors.sync.states import DocumentState
from onecore.lib.command import Contract, table


class Command(Contract):
    help = "One line a document: flow, source id, version, state, ledger reference, amount, attempts, hold reason, key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--integration", help="one integration only")
        parser.add_argument("--flow", default="", help="one flow only")
        parser.add_argument("--state", default="", choices=["", *DocumentState.values], help="one state only")

    def handle(self, *args: Any, **options: Any) -> None:
        integration = Integration.find(options["integration"]) if options["integration"] else None
        rows = selectors.documents_of(integration, state=options["state"], flow=options["flow"])
        columns = ["flow", "source_id", "title", "version", "state", "ledger_ref", "amount", "currency", "attempts", "hold_reason", "key"]
        text = table([[row[name] if name != "key" else row[name][:12] for name in columns] for row in rows], head=columns, right=[6])
        self.answer({"documents": rows}, text)
