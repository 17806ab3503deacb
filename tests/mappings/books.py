"""Workbooks for tests, good and hostile, made in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

Rows = Sequence[Sequence[Any]]


def book(sheets: Mapping[str, Rows]) -> bytes:
    """An .xlsx with these sheets."""
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        page = made.create_sheet(title)
        for row in rows:
            page.append(list(row))
    into = io.BytesIO()
    made.save(into)
    return into.getvalue()


def cells(content: bytes) -> dict[str, list[list[Any]]]:
    """What an .xlsx holds, sheet by sheet."""
    return {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in load_workbook(io.BytesIO(content)).worksheets}


def with_parts(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same file with parts added or replaced."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return into.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
