"""THE table of flows this release runs: what each reads, what it makes, and which references it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.port.records import Record, RecordKind, Requisition, Standing
from connectors.port.refs import Kind
from connectors.sync.recipes import requisitions
from connectors.sync.recipes.outcome import Prepared, Stop
from connectors.sync.recipes.question import Question


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """One kind of record moving one way. `recipe` is pure: a Question in, a Draft or a Stop out."""

    key: str
    label: str
    record: RecordKind
    record_type: type
    recipe: Callable[[Question], Prepared | Stop]
    source_references: tuple[Kind, ...]
    ledger_references: tuple[Kind, ...]
    makes_payables: bool = True


FLOWS = {
    "requisitions": FlowSpec(
        key="requisitions",
        label="Subcontractor invoices to bills",
        record=RecordKind.REQUISITION,
        record_type=Requisition,
        recipe=requisitions.draft,
        source_references=(Kind.PROJECT, Kind.VENDOR, Kind.COST_CODE, Kind.PROJECT_COST_CODE, Kind.COST_TYPE),
        ledger_references=(Kind.ACCOUNT, Kind.VENDOR, Kind.PROJECT, Kind.LOCATION, Kind.DEPARTMENT, Kind.CLASS, Kind.ITEM, Kind.TASK, Kind.COST_TYPE),
    ),
}


def standing_of(record: Record) -> Standing:
    """Where the source's approval stands; records without one of their own are payable."""
    return record.standing if isinstance(record, Requisition) else Standing.PAYABLE
