"""Names people write in a sheet -> rows of one mirrored list: by id, by code, by a name that is there once. Never by guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from mappings.models import Reference
from mappings.models.reference import label_of
from onecore.lib.text import folded

_NEAR_ENOUGH = 70


class NotFound(ValueError):
    """No row goes by that name, or more than one; the text says which, with the nearest."""


class Named(NamedTuple):
    """A list row, as much as a sheet needs; the same names as Reference, so that the same checks read it."""

    id: int
    connection_id: int
    kind: str
    parent: str
    remote_id: str
    code: str
    name: str
    active: bool
    selectable: bool
    why_not: str
    vanished_at: Any
    attributes: dict[str, Any]

    @property
    def pk(self) -> int:
        return self.id

    @property
    def label(self) -> str:
        return label_of(self.code, self.name, self.remote_id)

    @property
    def vanished(self) -> bool:
        return self.vanished_at is not None


class Names:
    """One list of one connection, ready to be asked."""

    def __init__(self, rows: Iterable[Named], *, what: str) -> None:
        self.what = what
        self.rows = list(rows)
        self._by_id: dict[str, list[Named]] = defaultdict(list)
        self._by_code: dict[str, list[Named]] = defaultdict(list)
        self._by_name: dict[str, list[Named]] = defaultdict(list)
        self._labels: dict[str, str] = {}
        for row in self.rows:
            self._by_id[row.remote_id].append(row)
            if row.code:
                self._by_code[row.code].append(row)
            self._by_name[folded(row.name)].append(row)
            self._by_name[folded(row.label)].append(row)
            if row.vanished_at is None:
                self._labels[row.label] = folded(row.label)

    @classmethod
    def read(cls, *, connection_id: int, kind: str, what: str = "") -> Names:
        """One query for the whole list."""
        rows = Reference.everywhere.filter(connection_id=connection_id, kind=kind).order_by("pk").values_list(*Named._fields)
        return cls((Named(*values) for values in rows.iterator(chunk_size=5000)), what=what or kind.replace("_", " "))

    def find(self, text: str) -> Named:
        """The one row called `text`. Rows that are gone or inactive answer only where no living one does. Raises NotFound."""
        for index, key in ((self._by_code, text), (self._by_id, text), (self._by_name, folded(text))):
            rows = index.get(key)
            if rows:
                return self._only(rows, text)
        raise NotFound(f"No {self.what} is called {text!r}.{self._near(text)}")

    def _only(self, rows: list[Named], text: str) -> Named:
        different = list({row.id: row for row in rows}.values())
        living = [row for row in different if row.vanished_at is None and row.active] or different
        if len(living) == 1:
            return living[0]
        shown = ", ".join(sorted(row.remote_id for row in living)[:5])
        raise NotFound(f"{len(living)} {self.what} entries are called {text!r}: write the id instead ({shown}).")

    def _near(self, text: str) -> str:
        zeros = [code for code in self._by_code if code.lstrip("0") == text.lstrip("0") and text.lstrip("0")]
        if len(zeros) == 1:
            return f" Did you mean {zeros[0]}? Excel drops leading zeros from numbers: format the column as text."
        found = process.extractOne(folded(text), self._labels, scorer=fuzz.WRatio, score_cutoff=_NEAR_ENOUGH)
        return f" Did you mean {found[2]}?" if found else ""
