"""A tenant's mappings read once, in a number of queries that does not grow, as plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Max

from mappings.kinds import COST_CODE, COST_TYPE, PROJECT, VENDOR, MappingKind
from mappings.models import MappingChange, Reference
from mappings.models.reference import label_of

STANDARD_ID = "standard_cost_code_id"
"""The attribute of a project's cost code that names the standard code it was copied from."""


class Row(NamedTuple):
    """A Reference, as much as resolving needs."""

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
    standard_id: Any

    @property
    def label(self) -> str:
        return label_of(self.code, self.name, self.remote_id)


class Mapped(NamedTuple):
    """A mapping's row: its id and its targets, field -> Row."""

    id: int
    targets: dict[str, Row]


@dataclass(slots=True)
class Snapshot:
    """Source rows by what documents carry, mappings by the id of their source row."""

    version: int
    own_codes: dict[tuple[str, str], Row] = field(default_factory=dict)  # (project, remote id)
    standard_codes: dict[str, Row] = field(default_factory=dict)
    standard_by_code: dict[str, Row | None] = field(default_factory=dict)  # None: the code is there twice
    cost_types: dict[str, Row] = field(default_factory=dict)
    vendors: dict[str, Row] = field(default_factory=dict)
    projects: dict[str, Row] = field(default_factory=dict)
    cost_code_mappings: dict[tuple[int, int | None], Mapped] = field(default_factory=dict)  # (source, cost type)
    cost_type_mappings: dict[int, Mapped] = field(default_factory=dict)
    vendor_mappings: dict[int, Mapped] = field(default_factory=dict)
    project_mappings: dict[int, Mapped] = field(default_factory=dict)
    unmapped_rows: dict[tuple[str, int], int] = field(default_factory=dict)  # (kind, source) -> the row to fill in
    default_account: Row | None = None


def take(integration: Any) -> Snapshot:
    """Read it all. The version is read first: what changes meanwhile looks newer than it says, and is merely replayed once more."""
    newest = MappingChange.everywhere.filter(integration_id=integration.pk).aggregate(newest=Max("id"))["newest"]
    shot = Snapshot(version=newest or 0)
    by_id = {row.id: row for row in _references(integration)}
    _sort_sources(shot, (row for row in by_id.values() if row.connection_id == integration.source_id))
    for row_id, source, cost_type, targets in _mappings(COST_CODE, integration, by_id, "cost_type_id"):
        if not targets.keys().isdisjoint(COST_CODE.deciding):
            shot.cost_code_mappings[source, cost_type] = Mapped(row_id, targets)
        elif cost_type is None:
            shot.unmapped_rows[COST_CODE.key, source] = row_id
    for kind, into in (
        (COST_TYPE, shot.cost_type_mappings),
        (VENDOR, shot.vendor_mappings),
        (PROJECT, shot.project_mappings),
    ):
        for row_id, source, _, targets in _mappings(kind, integration, by_id, "id"):
            if targets.keys().isdisjoint(kind.deciding):
                shot.unmapped_rows[kind.key, source] = row_id
            else:
                into[source] = Mapped(row_id, targets)
    shot.default_account = by_id.get(_default_account_id(integration) or 0)
    return shot


def _references(integration: Any) -> Iterator[Row]:
    rows = Reference.everywhere.filter(connection_id__in=(integration.source_id, integration.ledger_id))
    columns = [name for name in Row._fields if name != "standard_id"]
    # The same codes and names come back in every project: each text is held once.
    held: dict[Any, Any] = {}
    for values in rows.values_list(*columns, f"attributes__{STANDARD_ID}").iterator(chunk_size=5000):
        yield Row(*(held.setdefault(value, value) if isinstance(value, str) else value for value in values))


def _sort_sources(shot: Snapshot, rows: Iterable[Row]) -> None:
    for row in rows:
        if row.kind == "project_cost_code":
            shot.own_codes[row.parent, row.remote_id] = row
        elif row.kind == "cost_code":
            shot.standard_codes[row.remote_id] = row
            shot.standard_by_code[row.code] = None if row.code in shot.standard_by_code else row
        elif row.kind == "cost_type":
            shot.cost_types[row.remote_id] = row
        elif row.kind == "vendor":
            shot.vendors[row.remote_id] = row
        elif row.kind == "project":
            shot.projects[row.remote_id] = row


def _mappings(kind: MappingKind, integration: Any, by_id: dict[int, Row], extra: str) -> Iterator[tuple[int, int, Any, dict[str, Row]]]:
    names = [target.name for target in kind.targets]
    rows = kind.model.everywhere.filter(integration_id=integration.pk).values_list("id", "source_id", extra, *(f"{name}_id" for name in names))
    for row_id, source, more, *target_ids in rows.iterator(chunk_size=5000):
        targets = {name: by_id[target] for name, target in zip(names, target_ids, strict=True) if target in by_id}
        yield row_id, source, more, targets


def _default_account_id(integration: Any) -> int | None:
    try:
        return integration.policy.default_account_id
    except ObjectDoesNotExist:
        return None
