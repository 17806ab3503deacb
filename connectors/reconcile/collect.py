"""Read both sides anew: what the source says is payable, and what the ledger holds under our tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.connections.opening import declaration
from connectors.port.ledger import Booked
from connectors.port.records import Requisition, Standing
from connectors.port.source import SourceTotal
from connectors.sync import keys, sides
from connectors.sync.flows import FLOWS
from connectors.sync.models import Flow


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One payable source record. `amount` is the source's own figure in `currency`."""

    source_id: str
    token: str
    title: str
    project_ref: str
    project: str
    currency: str
    amount: Decimal
    dated: date | None


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of one flow. `totals` is the source's own sum, asked for apart from the lines."""

    source: list[SourceLine]
    totals: list[SourceTotal]
    ledger: dict[str, list[Booked]]


def collect(flow: Flow) -> Sides:
    """Read source and ledger. Raises ConnectorError."""
    spec, integration = FLOWS[flow.key], flow.integration
    source = sides.source_of(integration.source)
    lines: dict[str, SourceLine] = {}
    for record in source.changes(spec.record, since=None):
        assert isinstance(record, Requisition)
        if record.standing == Standing.PAYABLE:
            lines[record.source_id] = _line(flow, record)
        else:
            lines.pop(record.source_id, None)
    return Sides(source=list(lines.values()), totals=list(source.totals(spec.record)), ledger=_booked(flow))


def _line(flow: Flow, record: Requisition) -> SourceLine:
    token = keys.document_token(tenant_id=flow.tenant_id, integration_id=flow.integration_id, flow=flow.key, source_id=record.source_id)
    return SourceLine(
        source_id=record.source_id,
        token=token,
        title=f"{record.commitment_number} #{record.number}",
        project_ref=record.project_ref,
        project=record.project_name,
        currency=record.currency,
        amount=record.payable_net + record.tax_total,
        dated=record.billing_date or record.period_end,
    )


def _booked(flow: Flow) -> dict[str, list[Booked]]:
    connection = flow.integration.ledger
    ledger = sides.ledger_of(connection)
    held: dict[str, list[Booked]] = {}
    for kind in sorted(declaration(connection).capabilities.drafts.keys() & {"bill", "vendor_credit"}):
        for booked in ledger.booked(kind):
            if booked.token and not booked.void:
                held.setdefault(booked.token, []).append(booked)
    return held
