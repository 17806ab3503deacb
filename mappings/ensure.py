"""Make the unmapped rows that people fill in. A row that is there stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mappings.kinds import KINDS, MappingKind
from mappings.models import CostCodeMapping, Reference

_BLOCK = 500


def ensure_rows(integration: Any, kind: str, reference_ids: Iterable[int]) -> dict[int, int]:
    """A mapping row for each of these source rows; source row id -> mapping id. Rows of another list are left out."""
    table = KINDS[str(kind)]
    wanted = sorted({int(reference_id) for reference_id in reference_ids})
    made: dict[int, int] = {}
    for start in range(0, len(wanted), _BLOCK):
        block = wanted[start : start + _BLOCK]
        fitting = Reference.everywhere.filter(
            pk__in=block, connection_id=integration.source_id, tenant_id=integration.tenant_id, kind__in=table.sources, selectable=True
        )
        missing = set(fitting.values_list("pk", flat=True)) - _present(integration, table, block).keys()
        _make(integration, table, missing)
        made.update(_present(integration, table, block))
    return made


def ensure_all(integration: Any) -> dict[str, int]:
    """A row for every usable entry of the source's company-wide lists (standard cost codes, cost types, vendors, projects), once
    those lists were read; kind -> rows made. A project's own cost codes get theirs when a document needs one."""
    counts: dict[str, int] = {}
    for table in KINDS.values():
        usable = Reference.everywhere.filter(
            connection_id=integration.source_id, tenant_id=integration.tenant_id, kind=table.sources[0], active=True, selectable=True
        )
        present = table.model.everywhere.filter(integration_id=integration.pk).values("source_id")
        missing = list(usable.exclude(pk__in=present).order_by("pk").values_list("pk", flat=True))
        _make(integration, table, missing)
        counts[table.key] = len(missing)
    return counts


def _present(integration: Any, table: MappingKind, source_ids: list[int]) -> dict[int, int]:
    rows = table.model.everywhere.filter(integration_id=integration.pk, source_id__in=source_ids)
    if table.model is CostCodeMapping:
        rows = rows.filter(cost_type=None)
    return dict(rows.values_list("source_id", "pk"))


def _make(integration: Any, table: MappingKind, source_ids: Iterable[int]) -> None:
    rows = [table.model(tenant_id=integration.tenant_id, integration_id=integration.pk, source_id=source_id) for source_id in sorted(source_ids)]
    # Two workers may meet the same unmapped code at once: the row is wanted once, whoever makes it.
    table.model.everywhere.bulk_create(rows, batch_size=_BLOCK, ignore_conflicts=True)


def ensure_exception(integration: Any, source: Reference, *, cost_type: Reference | None) -> int:
    """The row of a cost code for one cost type (None: for every one), made if need be."""
    key = {"integration_id": integration.pk, "source": source, "cost_type": cost_type}
    row, _ = CostCodeMapping.everywhere.get_or_create(**key, defaults={"tenant_id": integration.tenant_id})
    return row.pk
