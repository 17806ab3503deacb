"""Change a mapping: the only door. A refused target changes nothing; every change leaves a MappingChange, an audit entry and a ring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import events
from audit.record import NewEntry, record_many
from mappings.kinds import KINDS, MappingKind, kind_of
from mappings.models import CostCodeMapping, MappingChange, Reference
from mappings.models import Mapping as MappingRow
from mappings.targets import Refusal, refuse_source, refuse_target
from onecore.lib import clock, doorbell

__all__ = ["Assignment", "Refusal", "assign", "assign_many"]

_BLOCK = 500

Targets = Mapping[str, Reference | None]


@dataclass(frozen=True, slots=True)
class Assignment:
    """New targets for one row: of an existing mapping, or of a source row that has none yet. Fields not named stay as they are."""

    targets: Targets
    mapping: MappingRow | None = None
    source: Reference | None = None
    cost_type: Reference | None = None


def assign(
    row: MappingRow | tuple[Any, str, Reference], *, by: str, how: str, now: datetime | None = None, **targets: Reference | None
) -> MappingChange | None:
    """Set targets of one mapping, or of (integration, kind, source), whose row is made if need be. None if nothing changed.

    `by` is the person (or "import of codes.xlsx"), `how` what they did. Raises Refusal with a sentence.
    """
    if isinstance(row, MappingRow):
        integration, kind, one = row.integration, kind_of(row), Assignment(targets, mapping=row)
    else:
        integration, key, source = row
        kind, one = KINDS[key], Assignment(targets, source=source)
    changes = assign_many(integration, kind, [one], by=by, how=how, now=now)
    if isinstance(row, MappingRow):
        for name, target in targets.items():  # the caller's object shows what is now stored
            setattr(row, name, target)
    return changes[0] if changes else None


def assign_many(
    integration: Any, kind: MappingKind, wanted: Sequence[Assignment], *, by: str, how: str, now: datetime | None = None
) -> list[MappingChange]:
    """All of them or none, in one transaction and a number of queries that grows with blocks, not with rows."""
    now = now or clock.utcnow()
    for one in wanted:
        _refuse(integration, kind, one)
    with transaction.atomic():
        rows = _locked(integration, kind, wanted)
        told = [(row, _set(kind, row, one.targets, by=by, how=how, now=now)) for one, row in zip(wanted, rows, strict=True)]
        changes = _store(kind, told)
        if changes:
            record_many(integration.tenant_id, [_entry(kind, change) for change in changes])
            doorbell.ring()
    return changes


def _refuse(integration: Any, kind: MappingKind, one: Assignment) -> None:
    source = one.mapping.source if one.mapping else one.source
    if one.mapping and one.mapping.integration_id != integration.pk:
        raise Refusal(f"{one.mapping} belongs to another integration.", field="source")
    if source is None:
        raise Refusal("Say which row is to be mapped.", field="source")
    refuse_source(kind, source, integration=integration, sets=any(one.targets.values()))
    if one.cost_type and (one.cost_type.connection_id != integration.source_id or one.cost_type.kind != "cost_type"):
        raise Refusal(f"{one.cost_type.label} is no cost type of {integration.name}'s source.", field="cost_type")
    for name, target in one.targets.items():
        if target is not None:
            refuse_target(kind.target(name), target, integration=integration)


def _locked(integration: Any, kind: MappingKind, wanted: Sequence[Assignment]) -> list[MappingRow]:
    """The rows to change, in the order asked for: those of today locked, missing ones new and not stored yet."""
    sources = {_source_of(one).pk for one in wanted}
    found: dict[tuple[int, int | None], MappingRow] = {}
    for block in _blocks(sorted(sources)):
        rows = kind.model.everywhere.select_for_update(of=("self",)).filter(integration_id=integration.pk, source_id__in=block)
        found.update({_key(row): row for row in rows.select_related(*_related(kind)).order_by("pk")})
    missing: dict[tuple[int, int | None], MappingRow] = {}
    for one in wanted:
        key = _wanted_key(one)
        if key not in found and key not in missing:
            missing[key] = _new_row(integration, kind, one)
    return [found.get(key) or missing[key] for key in map(_wanted_key, wanted)]


def _related(kind: MappingKind) -> list[str]:
    return ["source", *(["cost_type"] if kind.model is CostCodeMapping else []), *(target.name for target in kind.targets)]


def _new_row(integration: Any, kind: MappingKind, one: Assignment) -> MappingRow:
    row = kind.model(tenant_id=integration.tenant_id, integration=integration, source=_source_of(one))
    if isinstance(row, CostCodeMapping):
        row.cost_type = one.cost_type
    return row


def _source_of(one: Assignment) -> Reference:
    source = one.mapping.source if one.mapping else one.source
    assert source is not None  # _refuse has seen to it
    return source


def _wanted_key(one: Assignment) -> tuple[int, int | None]:
    if one.mapping:
        return _key(one.mapping)
    return _source_of(one).pk, one.cost_type.pk if one.cost_type else None


def _key(row: MappingRow) -> tuple[int, int | None]:
    return row.source_id, getattr(row, "cost_type_id", None)


def _set(kind: MappingKind, row: MappingRow, targets: Targets, *, by: str, how: str, now: datetime) -> MappingChange | None:
    different = [name for name, target in targets.items() if getattr(row, f"{name}_id") != (target.pk if target else None)]
    if not different:
        return None
    before = {name: _as_data(getattr(row, name)) for name in different}
    for name in different:
        setattr(row, name, targets[name])
    row.set_by, row.how, row.set_at = by[:200], how[:200], now
    return MappingChange(
        tenant_id=row.tenant_id,
        integration_id=row.integration_id,
        kind=kind.key,
        source_label=str(row),
        before=before,
        after={name: _as_data(targets[name]) for name in different},
        by=by[:200],
        how=how[:200],
        at=now,
    )


def _store(kind: MappingKind, told: Sequence[tuple[MappingRow, MappingChange | None]]) -> list[MappingChange]:
    """New rows are inserted as they are to be, changed ones written over in blocks (one statement each, not one CASE a field)."""
    new = {id(row): row for row, _ in told if row.pk is None}
    changed = {row.pk: row for row, change in told if change and row.pk is not None}
    for block in _blocks(list(new.values())):
        kind.model.everywhere.bulk_create(block)
    fields = [target.name for target in kind.targets] + ["set_by", "how", "set_at"]
    for block in _blocks(list(changed.values())):
        kind.model.everywhere.bulk_create(block, update_conflicts=True, unique_fields=["id"], update_fields=fields)
    changes = []
    for row, change in told:
        if change:
            change.mapping_id = row.pk
            changes.append(change)
    for block in _blocks(changes):
        MappingChange.everywhere.bulk_create(block)
    return changes


def _as_data(target: Reference | None) -> dict[str, Any] | None:
    return {"reference": target.pk, "code": target.code or target.remote_id, "name": target.name} if target else None


def _entry(kind: MappingKind, change: MappingChange) -> NewEntry:
    before, _, after = change.words.partition(" → ") if len(change.after) == 1 else (change.words, "", change.words)
    return NewEntry(
        events.MAPPING_CHANGED,
        subject=f"{kind.singular} {change.source_label}",
        subject_id=str(change.mapping_id),
        integration_id=change.integration_id,
        data={"kind": kind.key, "before": before, "after": after, "how": change.how, "fields": {"before": change.before, "after": change.after}},
        actor=change.by,
        at=change.at,
    )


def _blocks(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
