"""Export all mappings of an integration as the workbook that import_mappings reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import CommandParser

from audit import events
from audit.record import record
from mappings.importing.exporting import export_csv, export_xlsx
from mappings.kinds import KINDS
from onecore.lib.command import Contract, Exit, Stop
from onecore.lib.scope import tenant_scope


class Command(Contract):
    help = "Write the mappings of an integration to an .xlsx or .csv file, ready to be edited and imported again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--integration", required=True, help="its short name, or tenant/short-name")
        parser.add_argument("--out", required=True, type=Path, help="the file to write, .xlsx or .csv")
        parser.add_argument("--kind", default="", choices=["", *KINDS], help="only this kind")

    def handle(self, *args: Any, **options: Any) -> None:
        integration = apps.get_model("connections", "Integration").find(options["integration"])  # type: ignore[attr-defined]
        path: Path = options["out"]
        export = {".xlsx": export_xlsx, ".csv": export_csv}.get(path.suffix.lower())
        if export is None:
            raise Stop(Exit.WRONG_USE, f"{path.name} is neither .xlsx nor .csv. Give --out a name with one of these endings.")
        with tenant_scope(integration.tenant_id):
            content = export(integration, kind=options["kind"])
            _write(path, content)
            record(
                events.EXPORT_MADE,
                tenant_id=integration.tenant_id,
                subject=f"mappings of {integration.name}",
                actor="command line",
                data={"file": path.name},
            )
        data = {"ok": True, "integration": integration.slug, "file": str(path), "bytes": len(content)}
        self.answer(data, f"{path} written: the mappings of {integration.name}.")


def _write(path: Path, content: bytes) -> None:
    """Beside it first, then in its place: a full disk leaves the older file whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise Stop(Exit.WRONG_USE, f"{path} cannot be written: {problem.strerror}. Choose another place with --out.") from problem
