"""Ring for work. Rows are the queue; a ring only says "look now", so a lost or doubled one costs seconds.

The bell is named by the dotted path of a task: the only place where the core names what is above it.
"""

from __future__ import annotations

import logging

from django.db import transaction

log = logging.getLogger(__name__)

WORK = "connectors.sync.tasks.work"


def ring(task: str = WORK) -> None:
    """Ask a worker to look at its rows, once the surrounding transaction has committed."""
    transaction.on_commit(lambda: _enqueue(task), robust=True)


def _enqueue(task: str) -> None:
    from django_q.tasks import async_task  # django-q2 loads its models on import: only once apps are ready

    async_task(task)
