"""Apply a preview: each sheet whole or not at all, and only if it still says what the person saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from audit import events
from audit.record import record
from mappings.assign import Assignment, assign_many
from mappings.importing.preview import SheetPreview, Wanted, preview, stamp
from mappings.importing.reading import RawSheet
from mappings.models import Reference

_BLOCK = 500


class StalePreview(ValueError):
    """The mappings changed since the preview was made."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one sheet."""

    preview: SheetPreview
    applied: bool
    changed: int


def import_sheets(integration: Any, sheets: Sequence[RawSheet], *, filename: str, by: str, seen: str = "") -> list[Applied]:
    """Preview anew and apply what is sound. `seen` is the stamp of the preview a person looked at; StalePreview if it no longer holds."""
    previews = preview(integration, sheets)
    if seen and stamp(previews) != seen:
        raise StalePreview("Mappings or lists changed since this preview was made. Look at the new preview, then apply it.")
    return [_apply(integration, one, filename=filename, by=by) for one in previews]


def _apply(integration: Any, one: SheetPreview, *, filename: str, by: str) -> Applied:
    if not one.usable or not one.wanted:
        return Applied(one, applied=one.usable, changed=0)
    how = f"import of {filename}"[:200]
    with transaction.atomic():
        changes = assign_many(integration, one.raw.sheet.kind, list(_assignments(one.wanted)), by=by, how=how)
        if changes:
            data = {"sheet": one.title, "rows": len(one.verdicts), "changed": len(changes), **{f"rows_{key}": n for key, n in one.counts.items()}}
            record(events.MAPPING_IMPORTED, tenant_id=integration.tenant_id, subject=filename, integration_id=integration.pk, actor=by, data=data)
    return Applied(one, applied=True, changed=len(changes))


def _assignments(wanted: Sequence[Wanted]) -> Iterable[Assignment]:
    ids = {one.source for one in wanted} | {one.cost_type for one in wanted if one.cost_type}
    ids |= {target for one in wanted for target in one.targets.values() if target}
    rows: dict[int, Reference] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), _BLOCK):
        rows |= Reference.everywhere.in_bulk(ordered[start : start + _BLOCK])
    for one in wanted:
        targets = {name: rows[target] if target else None for name, target in one.targets.items()}
        yield Assignment(targets, source=rows[one.source], cost_type=rows[one.cost_type] if one.cost_type else None)
