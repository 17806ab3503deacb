"""How a document's amounts come about, line by line, and what the ledger is asked to hold beside them. Reading only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.port.drafts import build
from connectors.port.records import Requisition, RequisitionLine
from connectors.sync.admin.figures import NONE, exact, figure
from connectors.sync.flows import FLOWS
from connectors.sync.models import Document, Posting
from connectors.sync.recipes.period import Period, this_period
from onecore.lib.money import ZERO

UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What a stored record of another shape may raise; the page then says so instead of failing."""


@dataclass(frozen=True, slots=True)
class Formula:
    """One line: to date − before = this period, the same for what is retained, and where it is booked."""

    code: str
    description: str
    to_date: str
    before: str
    cost: str
    retained_to_date: str
    retained_before: str
    retained: str
    net: str
    account: str
    rule: str
    line_ref: str = ""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The table with its totals. `made`: the figures are those the posting was made from, not today's."""

    lines: tuple[Formula, ...]
    cost: str
    retained: str
    net: str
    due: str
    proves: bool
    difference: str
    made: bool


def read_record(document: Document | None) -> Requisition | None:
    """The stored record, or None if there is none that can be read."""
    if document is None or document.flow.key not in FLOWS:
        return None
    try:
        record = build(FLOWS[document.flow.key].record_type, document.record)
    except UNREADABLE:
        return None
    return record if isinstance(record, Requisition) else None


def reckon(
    document: Document, record: Requisition | None, previous: Requisition | None, posting: Posting | None, names: dict[tuple[str, str], str]
) -> Reckoning | None:
    """The figures behind the posting of this very version; without one, what the source's figures come to today."""
    if record is None:
        return None
    currency = record.currency
    if posting is not None and posting.rules and posting.digest == document.digest:
        by_ref = {line.line_ref: line for line in record.lines}
        rows = [_of_rule(rule, by_ref.get(rule.get("source_line", "")), currency, names) for rule in posting.rules]
        sums = [(exact(rule.get("cost_this_period")) or ZERO, exact(rule.get("retained_this_period")) or ZERO) for rule in posting.rules]
        return _with_totals(rows, sums, record, made=True)
    if record.previous_ref and previous is None:
        return None
    periods = this_period(record, previous)
    return _with_totals(
        [_of_period(period, currency) for period in periods], [(period.cost, period.retained) for period in periods], record, made=False
    )


def _with_totals(rows: list[Formula], sums: list[tuple[Decimal, Decimal]], record: Requisition, *, made: bool) -> Reckoning:
    cost, retained = sum((cost for cost, _ in sums), ZERO), sum((kept for _, kept in sums), ZERO)
    net, due, currency = cost - retained, record.payable_net, record.currency
    return Reckoning(
        tuple(rows),
        figure(cost, currency),
        figure(retained, currency),
        figure(net, currency),
        figure(due, currency),
        net == due,
        figure(due - net, currency),
        made,
    )


def _of_rule(rule: dict[str, Any], line: RequisitionLine | None, currency: str, names: dict[tuple[str, str], str]) -> Formula:
    def shown(name: str) -> str:
        return figure(exact(rule.get(name)), currency)

    cost, retained = exact(rule.get("cost_this_period")) or ZERO, exact(rule.get("retained_this_period")) or ZERO
    account = str(rule.get("account", ""))
    return Formula(
        code=str(rule.get("cost_code", "")),
        description=line.description if line else "",
        to_date=shown("to_date"),
        before=shown("before"),
        cost=shown("cost_this_period"),
        retained_to_date=shown("retained_to_date"),
        retained_before=shown("retained_before"),
        retained=shown("retained_this_period"),
        net=figure(cost - retained, currency),
        account=names.get(("account", account), account) or NONE,
        rule=str(rule.get("rule", "")),
        line_ref=str(rule.get("source_line", "")),
    )


def _of_period(period: Period, currency: str) -> Formula:
    line = period.line
    return Formula(
        code=line.cost_code,
        description=line.description,
        to_date=figure(line.completed_and_stored_to_date, currency),
        before=figure(period.cost_before, currency),
        cost=figure(period.cost, currency),
        retained_to_date=figure(line.retainage_held_to_date, currency),
        retained_before=figure(period.retained_before, currency),
        retained=figure(period.retained, currency),
        net=figure(period.cost - period.retained, currency),
        account=NONE,
        rule="",
        line_ref=line.line_ref,
    )
