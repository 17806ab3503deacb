"""`manage.py provision FILE`: the portal as one JSON or YAML file says. Idempotent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connectors.onboarding.provisioning import provision, read_plan
from onecore.lib.command import Contract, table


class Command(Contract):
    help = "Tenants, people, connections, integrations, mappings and flows from one JSON or YAML file; running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        done = provision(read_plan(options["file"]), tell=self.note)
        rows = [[tenant["tenant"], row["name"], row["status"], row["organisation"]] for tenant in done.tenants for row in tenant["connections"]]
        self.answer({"ok": True, "tenants": done.tenants}, table(rows, head=["tenant", "connection", "status", "organisation"]))
