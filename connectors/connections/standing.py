"""Where a connection stands: working, unreachable, or waiting for a person to sign in. Each turn for the worse is told once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.events import CONNECTION_SIGN_IN_NEEDED
from audit.record import record
from connectors.port.source import Health
from onecore.lib.clock import utcnow

from .models import Connection

_LONGEST_SENTENCE = 1000


def mark_ok(connection: Connection, *, health: Health | None = None, now: datetime | None = None) -> None:
    """It answers. `health` brings what it said about itself."""
    connection.status, connection.status_sentence = Connection.Status.OK, " ".join(health.warnings)[:_LONGEST_SENTENCE] if health else ""
    connection.last_ok_at = now or utcnow()
    connection.paused_until = None
    told = {"organisation": health.organisation[:255], "organisation_id": health.organisation_id[:120]} if health else {}
    if health and health.currency:
        told["currency"] = health.currency[:3]
    if health and health.time_zone:
        told["time_zone"] = health.time_zone[:64]
    for name, value in told.items():
        setattr(connection, name, value)
    connection.save(update_fields=["status", "status_sentence", "last_ok_at", "paused_until", *told])


def mark_sign_in(connection: Connection, sentence: str, *, now: datetime | None = None) -> bool:
    """It stops until a person signs in. True the first time: that is the moment to alert."""
    with transaction.atomic():
        told_now = _turn(connection, Connection.Status.SIGN_IN, sentence)
        if told_now:
            record(
                CONNECTION_SIGN_IN_NEEDED,
                tenant_id=connection.tenant_id,
                subject=connection.name,
                subject_id=f"connection:{connection.pk}",
                data={"reason": sentence},
                at=now,
            )
    return told_now


def mark_unreachable(connection: Connection, sentence: str) -> bool:
    """It cannot be used now, and that may pass by itself. True the first time. A needed sign-in outranks it."""
    if connection.status == Connection.Status.SIGN_IN:
        return False
    return _turn(connection, Connection.Status.UNREACHABLE, sentence)


def mark_paused(connection: Connection, until: datetime) -> None:
    """The remote asked for silence until then; nothing is wrong."""
    Connection.everywhere.filter(pk=connection.pk).exclude(paused_until__gte=until).update(paused_until=until)
    connection.paused_until = until


def _turn(connection: Connection, status: str, sentence: str) -> bool:
    sentence = sentence[:_LONGEST_SENTENCE]
    row = Connection.everywhere.filter(pk=connection.pk)
    turned = row.exclude(status=status).update(status=status, status_sentence=sentence)
    if not turned:
        row.update(status_sentence=sentence)
    connection.status, connection.status_sentence = status, sentence
    return bool(turned)
