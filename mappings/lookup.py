"""Type-ahead over a mirrored list: a few best matches by code and name, whatever its length."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from mappings.models import Reference
from onecore.lib.text import folded

MOST_MATCHES = 20


def find_references(*, tenant_id: int, connection_id: int, kinds: tuple[str, ...], text: str, parent: str | None = None) -> list[Reference]:
    """At most 20 rows that carry every word of `text`, best first: the code itself, then codes that begin with it, then the rest.
    Rows that cannot be chosen come last, with the reason, so that nobody wonders; but the very code stays first: whoever types
    it must hear why it cannot be, not get another one."""
    rows = Reference.everywhere.filter(tenant_id=tenant_id, connection_id=connection_id, kind__in=kinds, vanished_at=None)
    if parent is not None:
        rows = rows.filter(parent=parent)
    wanted = folded(text)
    for word in wanted.split():
        rows = rows.filter(Q(search_text__contains=word) | Q(remote_id__contains=word))
    exact = When(Q(code__iexact=wanted) | Q(remote_id__iexact=wanted), then=Value(0))
    unusable = When(Q(active=False) | Q(selectable=False), then=Value(4))
    begins = When(search_text__startswith=wanted, then=Value(1))
    conditions = [exact, unusable, begins] if wanted else [unusable]
    rank = Case(*conditions, default=Value(2), output_field=IntegerField())
    return list(rows.annotate(rank=rank).order_by("rank", "code", "name", "pk")[:MOST_MATCHES])


def as_choice(row: Reference) -> dict[str, Any]:
    """A row for the list under the input: what to show, and why not if it cannot be chosen."""
    why_not = "" if row.active and row.selectable else (row.why_not or ("inactive" if not row.active else "a header"))
    return {"id": row.pk, "code": row.code or row.remote_id, "name": row.name, "label": row.label, "parent": row.parent, "why_not": why_not}
