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
    """Cost codes that documents could stop at, for the menu: a number, or nothing."""
    return _badge(request, "cost_code")


def unmapped_vendors_badge(request: Any) -> str | None:
    """The same for vendors."""
    return _badge(request, "vendor")


def unmapped_projects_badge(request: Any) -> str | None:
    """The same for projects."""
    return _badge(request, "project")


def _badge(request: Any, kind: str) -> str | None:
    """All badges of one page share one query."""
    if not has_tenant():
        return None
    counts: dict[str, int] | None = getattr(request, "_unmapped_counts", None)
    if counts is None:
        counts = request._unmapped_counts = unmapped_counts(tenant_id=current_tenant_id())
    return str(counts[kind]) if counts.get(kind) else None


def _counted(kind: MappingKind, where: Q) -> QuerySet[Any]:
    rows = kind.model.everywhere.filter(where, unmapped(kind))
    return rows.order_by().annotate(of=Value(kind.key)).values("of").annotate(n=Count("pk"))
