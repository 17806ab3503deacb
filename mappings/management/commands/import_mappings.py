"""Import a mapping workbook: preview every row, apply each sound sheet whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import CommandParser

from mappings.importing.applying import Applied, import_sheets
from mappings.importing.bounds import Unreadable, check_size
from mappings.importing.preview import SheetPreview, preview
from mappings.importing.reading import RawSheet, read_file
from mappings.kinds import KINDS
from onecore.lib.command import Contract, Exit, Stop, table
from onecore.lib.scope import tenant_scope

_SHOWN = 50


class Command(Contract):
    help = "Import mappings from an .xlsx or .csv file as export_mappings writes it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--integration", required=True, help="its short name, or tenant/short-name")
        parser.add_argument("--kind", default="", choices=["", *KINDS], help="only this kind; needed for a csv file whose headers do not say")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        integration = apps.get_model("connections", "Integration").find(options["integration"])  # type: ignore[attr-defined]
        path: Path = options["file"]
        with tenant_scope(integration.tenant_id):
            sheets = _read(path, kind=options["kind"])
            results = self._run(integration, sheets, filename=path.name, dry_run=options["dry_run"])
        ok = all(one.preview.usable for one in results)
        data = {
            "ok": ok,
            "integration": integration.slug,
            "file": path.name,
            "dry_run": options["dry_run"],
            "sheets": [_as_data(one) for one in results],
        }
        self.answer(data, _as_text(results, dry_run=options["dry_run"]))
        if not ok:
            raise Stop(Exit.FAILED, "A sheet with invalid rows was left out whole. Mend the rows named above and import the file again.")

    def _run(self, integration: Any, sheets: list[RawSheet], *, filename: str, dry_run: bool) -> list[Applied]:
        if dry_run:
            return [Applied(one, applied=False, changed=0) for one in preview(integration, sheets)]
        return import_sheets(integration, sheets, filename=filename, by="command line")


def _read(path: Path, *, kind: str) -> list[RawSheet]:
    try:
        check_size(path.stat().st_size, filename=path.name)
        return read_file(path.read_bytes(), filename=path.name, kind=kind)
    except OSError as problem:
        raise Stop(Exit.WRONG_USE, f"{path} cannot be read: {problem.strerror}. Check the path.") from problem
    except Unreadable as problem:
        raise Stop(Exit.WRONG_USE, str(problem)) from problem


def _as_data(one: Applied) -> dict[str, Any]:
    sheet: SheetPreview = one.preview
    rows = [asdict(verdict) for verdict in sheet.verdicts if verdict.state != "unchanged"]
    return {
        "sheet": sheet.title,
        "kind": sheet.raw.sheet.kind.key,
        **sheet.counts,
        "applied": one.applied,
        "written": one.changed,
        "fault": sheet.raw.fault,
        "rows": rows,
    }


def _as_text(results: list[Applied], *, dry_run: bool) -> str:
    rows = [[one.preview.title, *one.preview.counts.values(), _outcome(one, dry_run=dry_run)] for one in results]
    lines = [table(rows, head=["Sheet", "New", "Changed", "Unchanged", "Invalid", ""], right=[1, 2, 3, 4])]
    for one in results:
        if one.preview.raw.fault:
            lines.append(one.preview.raw.fault)
        invalid = one.preview.invalid
        lines += [f"{one.preview.title} {verdict.cell}: {verdict.reason}" for verdict in invalid[:_SHOWN]]
        if len(invalid) > _SHOWN:
            lines.append(f"{one.preview.title}: {len(invalid) - _SHOWN} more invalid rows (--json lists them all).")
    return "\n".join(lines)


def _outcome(one: Applied, *, dry_run: bool) -> str:
    if not one.preview.usable:
        return "left out"
    return "dry run" if dry_run else "applied"
