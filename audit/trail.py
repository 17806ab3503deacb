"""What happened to one thing, for a page that shows it: the newest entries as moments of a timeline."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from audit.models import Entry
from audit.pretty import pretty
from onecore.adminkit.timeline import Moment

TONES = {
    "settled": "good", "adopted": "good", "resolved": "good", "released": "good", "signed_in": "good", "verified": "good",
    "uncertain": "warn", "held": "warn", "opened": "warn", "sign_in_needed": "warn", "gone": "warn", "paused": "warn", "disconnected": "warn",
    "refused": "bad", "sign_in_failed": "bad", "denied": "bad", "faulty": "bad",
    "sent": "info", "prepared": "info", "changed": "info", "imported": "info",
}  # fmt: skip
"""How the second word of an event's name looks on screens; others stay quiet."""


def tone_of(event: str) -> str:
    """The colour of an event."""
    return TONES.get(event.partition(".")[2], "quiet")


def of_document(document_id: int, *, limit: int = 100) -> list[Moment]:
    """What happened to one document of the current tenant. One query."""
    return _moments(Entry.objects.filter(document_id=document_id), limit)


def of_subject(subject_id: str, *, events: str, limit: int = 100) -> list[Moment]:
    """What happened to anything else: `events` is the first word of their names, such as "connection"."""
    return _moments(Entry.objects.filter(subject_id=subject_id, event__startswith=f"{events}."), limit)


def _moments(rows: QuerySet[Any], limit: int) -> list[Moment]:
    return [
        Moment(
            at=entry.at,
            title=entry.sentence,
            by="" if entry.actor == "system" else entry.actor,
            tone=tone_of(entry.event),
            link=reverse("admin:audit_entry_change", args=[entry.pk]),
            detail="\n\n".join(pretty(text) for text in (entry.request, entry.response) if text),
        )
        for entry in rows.order_by("-sequence")[:limit]
    ]
