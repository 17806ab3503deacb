"""Read an .xlsx or .csv file into rows of text, streaming and bounded. Formulas are never evaluated; zeros are kept."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from mappings.importing.bounds import MOST_COLUMNS, MOST_ROWS, Unreadable, check_archive, check_size, kind_of_file
from mappings.importing.sheets import BY_TITLE, SHEET_COLUMN, SHEETS, Sheet, header_of
from onecore.lib.text import folded, one_line

_HEADER_WITHIN_ROWS = 20
_ZEROS = re.compile(r"0+")


class Bad(str):
    """A cell that cannot be read as text; the string is the reason."""

    __slots__ = ()


@dataclass(slots=True)
class RawRow:
    """One row: its number in the file, header -> text. Blank cells are left out."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class RawSheet:
    """One sheet of the file. `letters`: header -> column letter. `fault`: why none of it can be used."""

    sheet: Sheet
    title: str
    letters: dict[str, str] = field(default_factory=dict)
    rows: list[RawRow] = field(default_factory=list)
    fault: str = ""

    def cell(self, header: str, row: int) -> str:
        """B7, as people find it in the file."""
        return f"{self.letters.get(header, 'A')}{row}"


def read_file(content: bytes, *, filename: str, kind: str = "") -> list[RawSheet]:
    """The sheets OneCore knows in this file (only the one of `kind`, if given). Raises Unreadable."""
    check_size(len(content), filename=filename)
    if kind_of_file(content, filename=filename) == "csv":
        sheets = _read_csv(content, filename=filename, kind=kind)
    else:
        sheets = _read_workbook(content, filename=filename, kind=kind)
    if not sheets:
        known = ", ".join(sheet.title for sheet in SHEETS)
        raise Unreadable(f"{filename} has no sheet that OneCore knows. Name the sheets {known}, or export once and fill in that file.")
    return sheets


# --- xlsx ------------------------------------------------------------------------------------------------------------
def _read_workbook(content: bytes, *, filename: str, kind: str) -> list[RawSheet]:
    check_archive(content, filename=filename)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns about drop-downs and styles, which are not ours to judge
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            try:
                return list(_known_sheets(book, filename=filename, kind=kind))
            finally:
                book.close()
    except Unreadable:
        raise
    except (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, EOFError, OSError) as problem:
        raise Unreadable(f"{filename} is damaged or no workbook Excel would write ({type(problem).__name__}). Save it again from Excel.") from problem


def _known_sheets(book: Any, *, filename: str, kind: str) -> Iterator[RawSheet]:
    pages = book.worksheets
    for page in pages:
        sheet = BY_TITLE.get(folded(page.title))
        if sheet is None and kind and len(pages) == 1:
            sheet = next(one for one in SHEETS if one.kind.key == kind)
        if sheet and (not kind or sheet.kind.key == kind):
            page.reset_dimensions()  # what the file claims about its size is not believed
            rows = ((number, [_text_of(cell) for cell in row]) for number, row in enumerate(page.iter_rows(max_col=MOST_COLUMNS), 1))
            yield _collect(sheet, page.title, rows, filename=filename)


def _text_of(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Bad("holds a formula, which is never worked out here: copy it and paste the values")
    if cell.data_type == "e":
        return Bad(f"holds the error {one_line(str(value))[:40]}")
    if isinstance(value, str):
        return unescaped(one_line(value))
    if isinstance(value, bool):
        return Bad("holds TRUE or FALSE where a code or name is wanted")
    if isinstance(value, datetime | date | time | timedelta):
        return Bad("holds a date: Excel took the code for one. Format the column as text and type the code again")
    if isinstance(value, int | float | Decimal):
        return _number(value, str(cell.number_format or ""))
    return Bad("holds something that is no text")


def _number(value: float | Decimal, shape: str) -> str:
    """A number as people see it in Excel: a format of zeros keeps its leading zeros."""
    whole = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not whole.is_finite() or abs(whole) >= Decimal(10) ** 15:
        return Bad("holds a number too long for Excel to keep exactly: format the column as text and type it again")
    if whole == whole.to_integral_value():
        text = str(int(whole))
        return text.zfill(len(shape)) if _ZEROS.fullmatch(shape) else text
    return format(whole, "f")


def unescaped(text: str) -> str:
    """Without the apostrophe that an export puts before text a spreadsheet could take for a formula."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r'" else text


# --- csv -------------------------------------------------------------------------------------------------------------
def _read_csv(content: bytes, *, filename: str, kind: str) -> list[RawSheet]:
    text = _decoded(content, filename=filename)
    first = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(lines.line_num, [unescaped(one_line(cell)) for cell in line[:MOST_COLUMNS]]) for line in _bounded(lines, filename=filename)]
    except csv.Error as problem:
        raise Unreadable(f"{filename} cannot be read as csv near line {lines.line_num}: {problem}.") from problem
    header = next((cells for _, cells in rows if any(cells)), [])
    if header and folded(header[0]) == folded(SHEET_COLUMN):
        return _split(rows, filename=filename, kind=kind)
    sheet = _sheet_of(header, filename=filename, kind=kind)
    return [_collect(sheet, sheet.title, rows, filename=filename)]


def _bounded(lines: Iterable[list[str]], *, filename: str) -> Iterator[list[str]]:
    for number, line in enumerate(lines):
        if number > MOST_ROWS:
            raise _too_long(filename)
        yield line


def _decoded(content: bytes, *, filename: str) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise Unreadable(f"{filename} is not in UTF-8 (byte {problem.start + 1}). In Excel, save it as “CSV UTF-8”.") from problem


def _split(rows: list[tuple[int, list[str]]], *, filename: str, kind: str) -> list[RawSheet]:
    """A csv of several kinds: the first column says the sheet; each sheet takes the columns it knows."""
    at, header = next((index, cells) for index, (_, cells) in enumerate(rows) if any(cells))
    found: list[RawSheet] = []
    titles = list(dict.fromkeys(folded(cells[0]) for _, cells in rows[at + 1 :] if cells and any(cells)))
    for title in titles:
        sheet = BY_TITLE.get(title)
        if sheet is None:
            raise Unreadable(f"{filename} names a sheet {title!r} in its first column; OneCore knows {', '.join(one.title for one in SHEETS)}.")
        if not kind or sheet.kind.key == kind:
            own = [(number, cells) for number, cells in rows[at + 1 :] if cells and folded(cells[0]) == title]
            known = {folded(column.header) for column in sheet.columns}  # other names may be another sheet's columns
            heads = [cell if folded(cell) in known else "" for cell in header]
            found.append(_collect(sheet, sheet.title, [(rows[at][0], heads), *own], filename=filename))
    return found


def _sheet_of(header: Sequence[str], *, filename: str, kind: str) -> Sheet:
    if kind:
        return next(sheet for sheet in SHEETS if sheet.kind.key == kind)
    heads = {folded(cell) for cell in header}
    fitting = [sheet for sheet in SHEETS if heads & header_of(sheet.key) and any(heads & header_of(target) for target in sheet.deciding)]
    if len(fitting) == 1:
        return fitting[0]
    kinds = ", ".join(sheet.kind.key for sheet in SHEETS)
    raise Unreadable(f"{filename} does not say by its headers what it maps. Give the kind ({kinds}), or name the columns as in an export.")


# --- both ------------------------------------------------------------------------------------------------------------
def _collect(sheet: Sheet, title: str, rows: Iterable[tuple[int, list[str]]], *, filename: str) -> RawSheet:
    """Find the header among the first rows, then take every row that says something."""
    raw = RawSheet(sheet, title)
    heads: list[str] = []
    seen: list[str] = []
    for number, cells in rows:
        if number > MOST_ROWS + _HEADER_WITHIN_ROWS:
            raise _too_long(f"{filename}, sheet {title},")
        if not any(cells):
            continue
        if heads:
            raw.rows.append(RawRow(number, {head: text for head, text in zip(heads, cells, strict=False) if head and text}))
        elif number > _HEADER_WITHIN_ROWS:
            break
        else:
            heads = _headers(sheet, cells)
            seen = seen or [cell for cell in cells if cell]
    if not heads:
        wanted = f"{sheet.key.header} and {sheet.deciding[0].header}"
        raw.fault = f"The sheet {title} has no header row with {wanted}; its first row reads: {', '.join(seen[:8]) or 'nothing'}. Rename the columns."
    elif len(set(filter(None, heads))) != len(list(filter(None, heads))):
        twice = next(head for head in heads if head and heads.count(head) > 1)
        raw.fault = f"The sheet {title} has two columns for {twice}. Keep one of them."
    raw.letters = {head: get_column_letter(index) for index, head in enumerate(heads, 1) if head}
    return raw


def _headers(sheet: Sheet, cells: Sequence[str]) -> list[str]:
    """Our column names over the file's columns, "" where we know none; [] if this is not the header row."""
    names = {name: column.header for column in reversed(sheet.columns) for name in header_of(column)}
    names |= {folded(column.header): column.header for column in sheet.columns}  # a proper header goes before another's alias
    heads = [names.get(folded(cell), "") for cell in cells]
    has_key = sheet.key.header in heads or any(column.header in heads for column in sheet.columns if column.role == "name")
    return heads if has_key and any(target.header in heads for target in sheet.deciding) else []


def _too_long(what: str) -> Unreadable:
    return Unreadable(f"{what} reaches below row {MOST_ROWS:,}; so many rows are not read. Delete stray content further down, or split the file.")
