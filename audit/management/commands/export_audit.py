"""`manage.py export_audit`: a tenant's trail as evidence, one JSON object a line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from audit.export import export
from audit.whose import NoSuchTenant, tenant_named
from onecore.lib.command import Contract, Exit, Stop


class Command(Contract):
    help = "Write a tenant's audit trail to a file, one JSON object a line, with the fields that prove it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, help="short name or name")
        parser.add_argument("--out", required=True, type=Path, help="the file to write; it must not exist yet")
        parser.add_argument("--since", type=date.fromisoformat, help="first day (UTC), like 2026-01-31")
        parser.add_argument("--until", type=date.fromisoformat, help="last day (UTC), included")

    def handle(self, *, tenant: str, out: Path, since: date | None, until: date | None, **_: Any) -> None:
        if out.exists():
            raise Stop(Exit.WRONG_USE, f"{out} exists already. Evidence is never overwritten: give another file.")
        try:
            made = export(tenant_named(tenant), out, actor="command line", since=since, until=until)
        except NoSuchTenant as problem:
            raise Stop(Exit.WRONG_USE, str(problem)) from None
        except OSError as problem:
            raise Stop(Exit.WRONG_USE, f"{out} cannot be written: {problem.strerror}.") from None
        data = {"ok": True, "tenant": tenant, "file": made.path, "entries": made.entries, "sha256": made.sha256}
        self.answer(data, f"{made.entries} entries written to {made.path}\nsha256 {made.sha256}")
