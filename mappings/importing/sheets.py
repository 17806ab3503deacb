"""The layout of the workbook, as a table: one sheet a kind, its columns, and which of them name the row or its targets."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.kinds import COST_CODE, COST_TYPE, PROJECT, VENDOR, MappingKind
from onecore.lib.text import folded


@dataclass(frozen=True, slots=True)
class Column:
    """`role`: "key" names the row (the first is required), "name" helps to read it and names it where the key is blank, "target" is
    what is set (`field` of the mapping), "note" is for reading only. `note` stands as a comment on the header."""

    header: str
    role: str
    field: str = ""
    aliases: tuple[str, ...] = ()
    width: int = 16
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its title, what it maps, its columns from left to right."""

    title: str
    kind: MappingKind
    columns: tuple[Column, ...]

    @property
    def key(self) -> Column:
        """The column that must be there to know the row."""
        return next(column for column in self.columns if column.role == "key")

    @property
    def deciding(self) -> tuple[Column, ...]:
        """Columns of which one must be there: without them the sheet sets nothing."""
        return tuple(column for column in self.columns if column.role == "target")


def header_of(column: Column) -> set[str]:
    """What a header may be called, folded."""
    return {folded(text) for text in (column.header, *column.aliases)}


_NAME_NOTE = "For reading; it also names the row where the code is blank."
_VENDOR_ALIASES = ("source vendor id", "source vendor code", "vendor id", "vendor", "vendor code")
_ACCOUNT_ALIASES = ("account", "gl account", "account number", "ledger account id", "account no")
_BLANK = "Blank: leave as it is. A single minus sign clears it."
_DIMENSIONS = (
    Column("Department", "target", "department", ("department id",), note=_BLANK),
    Column("Class", "target", "ledger_class", ("class id",), note=_BLANK),
    Column("Location", "target", "location", ("location id",), note=_BLANK),
)

SHEETS = (
    Sheet(
        "Cost codes",
        COST_CODE,
        (
            Column("Cost code", "key", "source", ("code", "costcode", "source cost code"), note="The full code, for example 03-300, as text."),
            Column(
                "Cost code name",
                "name",
                "source",
                ("cost code description", "description"),
                34,
                _NAME_NOTE,
            ),
            Column("Project", "key", "project", ("project number", "job"), 18, "Blank: all projects, by the standard cost code."),
            Column("Cost type", "key", "cost_type", ("source cost type",), note="Blank: every cost type."),
            Column("Ledger account", "target", "account", _ACCOUNT_ALIASES, note=_BLANK),
            Column("Ledger account name", "note", "account", ("account name", "gl account name"), 34, "For reading only."),
            Column("Item", "target", "item", ("item id",), note=_BLANK),
            Column("Task", "target", "task", ("task id",), note=_BLANK),
            Column("Cost type id", "target", "ledger_cost_type", ("ledger cost type", "ledger cost type id"), note=_BLANK),
            *_DIMENSIONS,
        ),
    ),
    Sheet(
        "Cost types",
        COST_TYPE,
        (
            Column("Cost type", "key", "source", ("source cost type", "cost type code")),
            Column("Cost type name", "name", "source", ("name",), 30, _NAME_NOTE),
            Column("Ledger cost type", "target", "target", ("cost type id", "ledger cost type id"), note=_BLANK),
            Column("Ledger cost type name", "note", "target", (), 30, "For reading only."),
        ),
    ),
    Sheet(
        "Vendors",
        VENDOR,
        (
            Column(
                "Source vendor",
                "key",
                "source",
                _VENDOR_ALIASES,
                18,
                "Its code or id in the source, as text.",
            ),
            Column("Vendor name", "name", "source", ("name", "source vendor name"), 36, _NAME_NOTE),
            Column("Ledger vendor id", "target", "target", ("ledger vendor",), 18, _BLANK),
            Column("Ledger vendor name", "note", "target", (), 36, "For reading only."),
        ),
    ),
    Sheet(
        "Projects",
        PROJECT,
        (
            Column("Project number", "key", "source", ("project", "source project", "project id", "job"), 18, "Its number in the source, as text."),
            Column("Project name", "name", "source", ("name",), 36, _NAME_NOTE),
            Column("Ledger project id", "target", "target", ("ledger project",), 18, _BLANK),
            Column("Ledger project name", "note", "target", (), 36, "For reading only."),
            *_DIMENSIONS[2:],
            *_DIMENSIONS[:2],
        ),
    ),
)

BY_TITLE = {folded(sheet.title): sheet for sheet in SHEETS}
BY_KIND = {sheet.kind.key: sheet for sheet in SHEETS}
SHEET_COLUMN = "Sheet"
"""In a csv file of several kinds, the first column says which sheet a row belongs to."""
