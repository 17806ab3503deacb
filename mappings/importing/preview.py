"""What a file would do, row by row: new, changed, unchanged or invalid, with the cell and the reason. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from mappings.importing.lists import Lists
from mappings.importing.names import Named, NotFound
from mappings.importing.reading import Bad, RawRow, RawSheet
from mappings.importing.sheets import Column
from mappings.kinds import COST_CODE
from mappings.targets import Refusal, refuse_source, refuse_target
from onecore.lib.digest import digest

State = Literal["new", "changed", "unchanged", "invalid"]
CLEAR = "-"

RowKey = tuple[int, int | None]  # source row, cost type row


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of the file. `cell` and `reason` say what is wrong with an invalid one; `before` and `after` what a change would be."""

    row: int
    state: State
    label: str
    cell: str = ""
    reason: str = ""
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row that changes something asks for: ids, target field -> row id or None to clear."""

    source: int
    cost_type: int | None
    targets: dict[str, int | None]


@dataclass(slots=True)
class SheetPreview:
    """One sheet's verdicts. It is applied whole or not at all."""

    raw: RawSheet
    verdicts: list[Verdict] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.raw.title

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(verdict.state for verdict in self.verdicts)
        return {state: found.get(state, 0) for state in ("new", "changed", "unchanged", "invalid")}

    @property
    def usable(self) -> bool:
        return not self.raw.fault and not self.counts["invalid"]

    def of(self, *states: State) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.state in states]

    @property
    def invalid(self) -> list[Verdict]:
        return self.of("invalid")

    @property
    def changes(self) -> list[Verdict]:
        return self.of("new", "changed")


class _Invalid(ValueError):
    """This row cannot be used: the cell, and why."""

    def __init__(self, cell: str, reason: str) -> None:
        super().__init__(reason)
        self.cell, self.reason = cell, reason


def preview(integration: Any, sheets: Iterable[RawSheet]) -> list[SheetPreview]:
    """Compare each sheet with what is mapped now, in a number of queries that does not grow with rows."""
    lists = Lists(integration)
    return [_Comparison(raw, lists).run() for raw in sheets]


def stamp(previews: Iterable[SheetPreview]) -> str:
    """A digest of all that a preview says: applying refuses if it would now say something else."""
    return digest([[one.title, one.raw.fault, [[v.row, v.state, v.label, v.reason, v.before, v.after] for v in one.verdicts]] for one in previews])


class _Comparison:
    """One sheet on its way to a preview."""

    def __init__(self, raw: RawSheet, lists: Lists) -> None:
        self.raw, self.kind, self.lists = raw, raw.sheet.kind, lists
        self.integration = lists.integration
        self.now = {} if raw.fault else lists.mapped_now(self.kind)
        self.result = SheetPreview(raw)
        self.seen: dict[RowKey, tuple[int, dict[str, int | None]]] = {}

    def run(self) -> SheetPreview:
        for row in [] if self.raw.fault else self.raw.rows:
            try:
                self._row(row)
            except _Invalid as fault:
                self.result.verdicts.append(Verdict(row.number, "invalid", _said(self.raw, row), fault.cell, fault.reason))
        return self.result

    def _row(self, row: RawRow) -> None:
        source, cost_type = self._source(row)
        targets = self._targets(row)
        key: RowKey = (source.id, cost_type.id if cost_type else None)
        label = f"{source.label} · {cost_type.label}" if cost_type else source.label
        if key in self.seen:
            first, same = self.seen[key]
            if same != targets:
                raise _Invalid(
                    self._at(self.raw.sheet.key, row), f"{label} stands in row {first} already, with something else. Keep one of the two rows."
                )
            self.result.verdicts.append(Verdict(row.number, "unchanged", label, reason=f"the same as row {first}"))
            return
        self.seen[key] = (row.number, targets)
        stored = self.now.get(key, {})
        different = {name: wanted for name, wanted in targets.items() if stored.get(name) != wanted}
        if not different:
            self.result.verdicts.append(Verdict(row.number, "unchanged", label))
            return
        state: State = "changed" if any(stored.get(name) for name in self.kind.deciding) else "new"
        before = {name: self.lists.label(stored.get(name)) for name in different}
        after = {name: self.lists.label(wanted) for name, wanted in different.items()}
        self.result.verdicts.append(Verdict(row.number, state, label, before=before, after=after))
        self.result.wanted.append(Wanted(source.id, key[1], different))

    # --- which row is meant --------------------------------------------------------------------------------------------
    def _source(self, row: RawRow) -> tuple[Named, Named | None]:
        keys = {column.field: column for column in self.raw.sheet.columns if column.role == "key"}
        code = keys["source"]
        by_name = next((column for column in self.raw.sheet.columns if column.role == "name"), code)
        used = code if row.cells.get(code.header) else by_name
        text = self._text(used, row)
        if not text:
            raise _Invalid(self._at(code, row), f"{code.header} is blank: the row names nothing.")
        project = self._named(keys["project"], row, lambda text: self.lists.source("project").find(text)) if "project" in keys else None
        cost_type = self._named(keys["cost_type"], row, lambda text: self.lists.source("cost_type").find(text)) if "cost_type" in keys else None
        try:
            source = self._cost_code(text, project) if self.kind is COST_CODE else self.lists.source(self.kind.sources[0]).find(text)
            refuse_source(self.kind, source, integration=self.integration)
        except (NotFound, Refusal) as refusal:
            raise _Invalid(self._at(used, row), str(refusal)) from refusal
        return source, cost_type

    def _cost_code(self, text: str, project: Named | None) -> Named:
        if project:
            return self.lists.own_codes(project).find(text)
        try:
            return self.lists.source("cost_code").find(text)
        except NotFound as missing:
            raise NotFound(f"{missing}{self.lists.where_else(text)}") from missing

    def _named(self, column: Column, row: RawRow, find: Any) -> Named | None:
        text = self._text(column, row)
        if not text:
            return None
        try:
            return find(text)
        except NotFound as missing:
            raise _Invalid(self._at(column, row), str(missing)) from missing

    # --- what it is to be ----------------------------------------------------------------------------------------------
    def _targets(self, row: RawRow) -> dict[str, int | None]:
        targets: dict[str, int | None] = {}
        for column in self.raw.sheet.deciding:
            text = self._text(column, row)
            if text == CLEAR:
                targets[column.field] = None
            elif text:
                field = self.kind.target(column.field)
                found = self._named(column, row, self.lists.ledger(field.kind).find)
                assert found is not None
                try:
                    refuse_target(field, found, integration=self.integration)
                except Refusal as refusal:
                    raise _Invalid(self._at(column, row), str(refusal)) from refusal
                targets[column.field] = found.id
        return targets

    def _text(self, column: Column, row: RawRow) -> str:
        text = row.cells.get(column.header, "")
        if isinstance(text, Bad):
            raise _Invalid(self._at(column, row), f"{self._at(column, row)} {text}.")
        return text

    def _at(self, column: Column, row: RawRow) -> str:
        return self.raw.cell(column.header, row.number)


def _said(raw: RawSheet, row: RawRow) -> str:
    """What the row says of itself, for a row that could not be understood."""
    texts = [row.cells.get(column.header, "") for column in raw.sheet.columns if column.role in {"key", "name"}]
    return " · ".join(str(text) for text in texts if text and not isinstance(text, Bad))[:200]
