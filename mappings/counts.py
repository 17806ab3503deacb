"""How much is left to map: for the menu's badge, the filters of the grid, and the first page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from mappings.kinds import KINDS, MappingKind
from onecore.lib.scope import current_tenant_id, has_tenant


def unmapped(kind: MappingKind) -> Q:
    """The condition of a row that is still to be filled in."""
    return Q(**dict.fromkeys(kind.deciding))


def unmapped_counts(*, tenant_id: int | None = None, integration_id: int | None = None) -> dict[str, int]:
    """Kind -> rows still to be filled in, in one query. One of the two ids says whose."""
    where = Q(integration_id=integration_id) if integration_id is not None else Q(tenant_id=tenant_id)
    first, *others = [_counted(kind, where) for kind in KINDS.values()]
    return {row["of"]: row["n"] for row in first.union(*others, all=True)}


def unmapped_badge(request: Any) -> str | None:
    """What documents could stop at, for the menu: a number, or nothing."""
    if not has_tenant():
        return None
    counts = unmapped_counts(tenant_id=current_tenant_id())
    total = sum(counts.get(kind.key, 0) for kind in KINDS.values() if kind.required)
    return str(total) if total else None


def _counted(kind: MappingKind, where: Q) -> QuerySet[Any]:
    rows = kind.model.everywhere.filter(where, unmapped(kind))
    return rows.order_by().annotate(of=Value(kind.key)).values("of").annotate(n=Count("pk"))
