"""Webhooks are hints: coalesced by project, and the source is asked again. Order, doubles and floods do not matter."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from connectors.connections.models import Connection
from connectors.port.errors import ConnectorError
from connectors.port.records import RecordKind
from connectors.port.source import Hint, Source
from connectors.sync import run, sides
from connectors.sync.flows import FLOWS
from connectors.sync.models import Flow
from connectors.webhooks import inbox
from connectors.webhooks.models import Receipt
from onecore.lib.clock import utcnow

log = logging.getLogger(__name__)
TAKE = 1000


def work_inbox(*, clock: Callable[[], datetime] = utcnow) -> int:
    """Handle what has come in; returns how many receipts were dealt with. Those whose flow is running just now wait."""
    receipts = inbox.take(TAKE, lease=timedelta(seconds=settings.ONECORE_LEASE_S))
    by_connection: dict[int, list[Receipt]] = {}
    for receipt in receipts:
        by_connection.setdefault(receipt.connection_id, []).append(receipt)
    done = 0
    for connection_id, block in by_connection.items():
        connection = Connection.everywhere.get(pk=connection_id)
        done += _one_connection(connection, block, clock)
    return done


def _one_connection(connection: Connection, receipts: list[Receipt], clock: Callable[[], datetime]) -> int:
    source = sides.source_of(connection)
    wanted: dict[RecordKind, set[str]] = {}
    followed: list[Receipt] = []
    ignored: list[Receipt] = []
    broken: list[Receipt] = []
    for receipt in receipts:
        hints = _hints(source, receipt)
        if hints is None:
            broken.append(receipt)
            continue
        useful = [hint for hint in hints if hint.record is not None and not hint.ours]
        (followed if useful else ignored).append(receipt)
        for hint in useful:
            assert hint.record is not None
            wanted.setdefault(hint.record, set()).add(hint.project_ref)
    inbox.ignored(ignored, "Nothing here follows this resource, or it was our own act.")
    inbox.failed(broken, "Its body could not be read.")
    if not _follow(connection, wanted, clock):
        inbox.release(followed)
        return len(receipts) - len(followed)
    inbox.done(followed, "The source was asked again.")
    return len(receipts)


def _hints(source: Source, receipt: Receipt) -> list[Hint] | None:
    try:
        return list(source.hints(receipt.body.encode()))
    except ConnectorError as error:
        log.warning("receipt %s cannot be read: %s", receipt.pk, error)
        return None


def _follow(connection: Connection, wanted: dict[RecordKind, set[str]], clock: Callable[[], datetime]) -> bool:
    """Ask the source once a flow, for all projects that were named; False if a run is under way and they must wait."""
    flows = Flow.everywhere.filter(integration__source=connection, integration__active=True, enabled=True)
    done = True
    for flow in flows.select_related("integration__policy", "integration__source", "integration__ledger"):
        projects = wanted.get(FLOWS[flow.key].record)
        if projects:
            scope = () if "" in projects else tuple(sorted(projects))
            done = run.run_flow(flow, trigger="webhook", scope=scope, clock=clock) is not None and done
    return done
