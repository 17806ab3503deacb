"""System checks of the engine: what an operator must know before documents wait in vain."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags, register

from connectors.sync.flows import FLOWS
from onecore.lib.clock import utcnow


@register(Tags.database, deploy=True)
def worker_seen(**_: Any) -> list[CheckMessage]:
    """sync.W001: flows are on, but no worker has given a sign of life for five minutes."""
    from connectors.sync import pulse
    from connectors.sync.models import Flow

    if not Flow.everywhere.filter(enabled=True, integration__active=True).exists():
        return []
    beat_at = pulse.last_beat()
    if beat_at is not None and (utcnow() - beat_at).total_seconds() < 300:
        return []
    return [checks.Warning("No worker has been seen for five minutes.", hint="Start one with: manage.py worker", id="sync.W001")]


@register()
def flows_stand(**_: Any) -> list[CheckMessage]:
    """sync.E001: every flow of the table has a recipe and a key of its own."""
    return [
        checks.Error(f"Flow {key!r} is listed under another key.", hint="Correct connectors/sync/flows.py.", id="sync.E001")
        for key, spec in FLOWS.items()
        if spec.key != key
    ]
