"""The pulse: looks at the rows every second, rings while there is work, and tells a frozen cluster from a busy one.

django-q2 can freeze when one idle worker is killed, and it does not count starts; the rows hold the truth, so its queue may be
thrown away at any time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django_q.brokers import get_broker
from django_q.tasks import async_task

from connectors.sync.models import Posting, Pulse, Run
from connectors.sync.states import PostingState
from connectors.sync.work import anything_due
from onecore.lib import doorbell
from onecore.lib.clock import utcnow

BEAT = "connectors.sync.tasks.beat"
BEAT_EVERY = timedelta(seconds=5)
FROZEN_AFTER = timedelta(seconds=25)
NAME = "worker"


def beat() -> None:
    """Write a sign of life."""
    Pulse.objects.update_or_create(name=NAME, defaults={"beat_at": utcnow()})


def last_beat() -> datetime | None:
    """When a worker last gave a sign of life."""
    return Pulse.objects.filter(name=NAME).values_list("beat_at", flat=True).first()


def ring_if_due(*, now: datetime) -> bool:
    """Ring for work if there is some and the queue does not already hold enough rings."""
    if queued() >= int(str(settings.Q_CLUSTER["workers"])) or not anything_due(now=now):
        return False
    async_task(doorbell.WORK)
    return True


def ask_for_beat() -> None:
    """Put the question "are you alive?" into the queue."""
    async_task(BEAT)


def queued() -> int:
    """Rings that no worker has taken yet."""
    return int(get_broker().queue_size() or 0)


def forget_queue() -> None:
    """Throw the queue away: every ring in it can be rung again."""
    get_broker().purge_queue()


def is_frozen(*, now: datetime, up_since: datetime) -> bool:
    """True if no worker has answered for long, though none is known to be in the middle of something."""
    if now - up_since < FROZEN_AFTER:
        return False
    beat_at = last_beat()
    if beat_at is not None and now - beat_at < FROZEN_AFTER:
        return False
    busy_since = now - timedelta(seconds=settings.ONECORE_HTTP_TOTAL_S)
    posting = Posting.everywhere.filter(state=PostingState.SENDING, lease_until__gt=now, updated_at__gt=max(busy_since, up_since)).exists()
    running = Run.everywhere.filter(state="running", beat_at__gt=max(busy_since, up_since)).exists()
    return not posting and not running
