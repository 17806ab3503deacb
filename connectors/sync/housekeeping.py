"""Once an hour, by whichever worker comes first: forget what is kept for a time only. The audit trail is never touched."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.connections import journal
from connectors.sync.models import Pulse
from connectors.webhooks import inbox

EVERY = timedelta(hours=1)
NAME = "housekeeping"


def tidy(*, now: datetime) -> bool:
    """Forget old calls and handled receipts, if the hour has come and nobody else took it."""
    _, fresh = Pulse.objects.get_or_create(name=NAME, defaults={"beat_at": now})
    if not fresh and not Pulse.objects.filter(name=NAME, beat_at__lt=now - EVERY).update(beat_at=now):
        return False
    journal.purge(now=now)
    inbox.forget(now=now)
    return True
