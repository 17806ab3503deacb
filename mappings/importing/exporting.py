"""Write the mappings as the very workbook that can be imported again: every row, mapped or not, by codes and names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from mappings.importing.sheets import BY_KIND, SHEET_COLUMN, SHEETS, Column, Sheet
from mappings.kinds import COST_CODE
from mappings.models import Reference
from onecore.lib.text import strip_forbidden

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_MOST_CELL_CHARACTERS = 32_000  # Excel's own limit is 32,767


def export_xlsx(integration: Any, *, kind: str = "") -> bytes:
    """A workbook, one sheet a kind, all cells text so that zeros stay."""
    book = Workbook(write_only=True)
    for sheet in _wanted(kind):
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for index, column in enumerate(sheet.columns, 1):
            page.column_dimensions[get_column_letter(index)].width = column.width
        page.append([_head(page, column) for column in sheet.columns])
        for row in _rows(integration, sheet):
            page.append([_text_cell(page, text) for text in row])
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def export_csv(integration: Any, *, kind: str = "") -> bytes:
    """One table; with several kinds the first column says the sheet."""
    sheets = _wanted(kind)
    heads = list(dict.fromkeys(column.header for sheet in sheets for column in sheet.columns))
    many = len(sheets) > 1
    into = io.StringIO(newline="")
    lines = csv.writer(into)
    lines.writerow([SHEET_COLUMN, *heads] if many else heads)
    for sheet in sheets:
        for row in _rows(integration, sheet):
            cells = dict(zip((column.header for column in sheet.columns), row, strict=True))
            values = [neutral(cells.get(head, "")) for head in heads]
            lines.writerow([sheet.title, *values] if many else values)
    return into.getvalue().encode("utf-8-sig")


def neutral(text: str) -> str:
    """Text no spreadsheet takes for a formula: an apostrophe before what could be one. Importing takes it away again."""
    clean = strip_forbidden(text)[:_MOST_CELL_CHARACTERS]
    return f"'{clean}" if clean.startswith((*_RISKY, "'")) else clean


def _wanted(kind: str) -> list[Sheet]:
    return [BY_KIND[kind]] if kind else list(SHEETS)


def _head(page: Any, column: Column) -> Any:
    cell = WriteOnlyCell(page, value=column.header)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDEBE9" if column.role == "target" else "EEEEEE")
    if column.note:
        cell.comment = Comment(column.note, "OneCore")
    return cell


def _text_cell(page: Any, text: str) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(page, value=neutral(text))
    cell.number_format = "@"
    return cell


def _rows(integration: Any, sheet: Sheet) -> Iterator[list[str]]:
    """Every mapping row, then every usable entry of the source's list that has none yet."""
    kind = sheet.kind
    fields = ["source", *(["cost_type"] if kind is COST_CODE else []), *(target.name for target in kind.targets)]
    columns = [f"{field}__{part}" for field in fields for part in ("remote_id", "code", "name")]
    mapped = kind.model.everywhere.filter(integration_id=integration.pk)
    projects = _projects(integration) if kind is COST_CODE else {}
    twice = _codes_there_twice(integration, kind.sources[0])
    order = ["source__code", "source__name", "source__parent", *(["cost_type__code"] if kind is COST_CODE else []), "pk"]
    for value in mapped.order_by(*order).values("source__kind", "source__parent", *columns).iterator(chunk_size=2000):
        yield [_cell(column, value, projects, twice) for column in sheet.columns]
    bare = Reference.everywhere.filter(connection_id=integration.source_id, kind=kind.sources[0], active=True, selectable=True)
    bare = bare.exclude(pk__in=mapped.values("source_id")).order_by("code", "name", "pk")
    for remote_id, code, name, of, parent in bare.values_list("remote_id", "code", "name", "kind", "parent").iterator(chunk_size=2000):
        value = {"source__remote_id": remote_id, "source__code": code, "source__name": name, "source__kind": of, "source__parent": parent}
        yield [_cell(column, value, projects, twice) for column in sheet.columns]


def _cell(column: Column, value: dict[str, Any], projects: dict[str, str], twice: set[str]) -> str:
    if column.field == "project":
        return projects.get(value["source__parent"], value["source__parent"]) if value["source__kind"] == "project_cost_code" else ""
    remote_id, code, name = (value.get(f"{column.field}__{part}") or "" for part in ("remote_id", "code", "name"))
    if column.role in {"name", "note"}:
        return name
    if column.role == "target":
        return remote_id  # what the ledger's documents carry: there once, whatever the codes
    return remote_id if not code or (column.field == "source" and code in twice) else code


def _projects(integration: Any) -> dict[str, str]:
    rows = Reference.everywhere.filter(connection_id=integration.source_id, kind="project").order_by("pk").values_list("remote_id", "code")
    codes = list(rows)
    all_codes = [code for _, code in codes]
    return {remote_id: code if code and all_codes.count(code) == 1 else remote_id for remote_id, code in codes}


def _codes_there_twice(integration: Any, kind: str) -> set[str]:
    """Codes that name more than one row: those rows go by their id."""
    codes = Reference.everywhere.filter(connection_id=integration.source_id, kind=kind).order_by("code").values_list("code", flat=True)
    seen: set[str] = set()
    return {code for code in codes.iterator(chunk_size=5000) if code in seen or seen.add(code)}  # type: ignore[func-returns-value]
