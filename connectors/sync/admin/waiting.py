"""The money behind open holds, by reason: one query."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.safestring import SafeString

from connectors.sync.models import Hold
from connectors.sync.reasons import REASONS
from onecore.adminkit.columns import money_text


@dataclass(frozen=True, slots=True)
class Waiting:
    """One reason: how many documents, how much in each currency."""

    title: str
    documents: int
    amounts: tuple[SafeString, ...]
    address: str


def waiting_by_reason(tenant_id: int) -> list[Waiting]:
    """Reasons with open holds, those that stop most documents first."""
    rows = Hold.everywhere.filter(tenant_id=tenant_id, resolved_at__isnull=True).order_by().values("reason", "currency")
    found: dict[str, list[tuple[int, SafeString]]] = {}
    for row in rows.annotate(documents=Count("pk"), amount=Sum("amount")).order_by("-amount"):
        found.setdefault(row["reason"], []).append((row["documents"], money_text(row["amount"], row["currency"])))
    page = reverse("admin:sync_hold_changelist")
    waiting = [_waiting(key, parts, page) for key, parts in found.items()]
    return sorted(waiting, key=lambda item: -item.documents)


def _waiting(key: str, parts: list[tuple[int, SafeString]], page: str) -> Waiting:
    title = REASONS[key].title if key in REASONS else key
    return Waiting(title, sum(count for count, _ in parts), tuple(text for _, text in parts), f"{page}?reason={key}")
