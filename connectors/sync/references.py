"""Mirror the remote lists mappings are made of: hourly, and on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.connections.models import Connection, Integration
from connectors.connections.opening import declaration, open_port
from connectors.port.refs import Kind
from connectors.sync.flows import FlowSpec
from connectors.sync.models import Flow, ListRead
from connectors.sync.replay import wake
from connectors.sync.sides import sign_in_told
from mappings.ensure import ensure_all
from mappings.mirror import mirror

FRESH_FOR = timedelta(hours=1)
Along = Callable[[Iterable[Any]], Iterator[Any]]


def refresh(integration: Integration, spec: FlowSpec, *, now: datetime, at_most: timedelta = FRESH_FOR, along: Along = iter) -> int:
    """Read the lists this flow needs that are older than `at_most`; returns how many were read. `along` hears of every row.
    Raises ConnectorError.

    What changed in them makes rows to map, and lets documents go that waited for it: a vendor made active again, a code that
    came back."""
    source_read, source_moved = _refresh_side(integration.source, spec.source_references, now, at_most, along)
    ledger_read, ledger_moved = _refresh_side(integration.ledger, spec.ledger_references, now, at_most, along)
    if source_moved:
        ensure_all(integration)
    if source_moved or ledger_moved:
        for flow in Flow.everywhere.filter(integration=integration):
            wake(flow, about="mapping:", now=now)
    return source_read + ledger_read


def _refresh_side(connection: Connection, kinds: Iterable[Kind], now: datetime, at_most: timedelta, along: Along) -> tuple[int, bool]:
    """How many lists were read, and whether any of them changed."""
    offered = declaration(connection).capabilities.references
    fresh = set(ListRead.everywhere.filter(connection=connection, read_at__gt=now - at_most).values_list("kind", flat=True))
    stale = [kind for kind in kinds if kind in offered and kind.value not in fresh]
    if not stale:
        return 0, False
    port, moved = open_port(connection), False
    for kind in stale:
        with sign_in_told(connection):
            # Block by block, so that a long list is never held whole; one that breaks off marks nothing as vanished.
            result = mirror(connection, kind.value, along(port.references(kind)))
        rows = result.new + result.changed + result.unchanged
        moved = moved or bool(result.new or result.changed or result.vanished)
        ListRead.everywhere.update_or_create(
            connection=connection, kind=kind.value, defaults={"tenant_id": connection.tenant_id, "read_at": now, "rows": rows}
        )
    return len(stale), moved
