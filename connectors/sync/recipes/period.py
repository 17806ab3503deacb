"""What one requisition adds to the one before it, line by line, and the proof that it comes to what the source says is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from connectors.port.drafts import DraftLine
from connectors.port.records import Requisition, RequisitionLine
from connectors.sync.recipes.naming import memo
from connectors.sync.recipes.outcome import Stop
from onecore.lib.money import LARGEST, ZERO, is_whole, plain


@dataclass(frozen=True, slots=True)
class Period:
    """One schedule-of-values line in this period: gross cost and retainage held (negative when released)."""

    line: RequisitionLine
    cost: Decimal
    retained: Decimal
    cost_before: Decimal
    retained_before: Decimal


def this_period(record: Requisition, previous: Requisition | None) -> list[Period]:
    """Every line of this requisition or the one before it, with what this period adds."""
    before = {line.line_ref: line for line in previous.lines} if previous else {}
    periods = []
    for line in record.lines:
        old = before.pop(line.line_ref, None)
        periods.append(_period(line, old))
    # A line that was billed before and is gone now is taken back in full.
    gone = [replace(old, completed_and_stored_to_date=ZERO, retainage_held_to_date=ZERO) for old in before.values()]
    periods.extend(_period(line, before[line.line_ref]) for line in gone)
    return periods


def _period(line: RequisitionLine, old: RequisitionLine | None) -> Period:
    cost_before = old.completed_and_stored_to_date if old else ZERO
    retained_before = old.retainage_held_to_date if old else ZERO
    return Period(
        line=line,
        cost=line.completed_and_stored_to_date - cost_before,
        retained=line.retainage_held_to_date - retained_before,
        cost_before=cost_before,
        retained_before=retained_before,
    )


def total_proof(record: Requisition, periods: list[Period]) -> Stop | None:
    net = sum((period.cost - period.retained for period in periods), ZERO)
    due = record.payable_net
    if net == due:
        return None
    return Stop(
        "total_proof",
        f"Its lines come to {plain(net)} {record.currency} this period, but the source says {plain(due)} is due: {plain(due - net)} is unexplained.",
        "Open the invoice in the source and correct the line or the earlier invoice that does not add up.",
        "source",
        {"lines": plain(net), "due": plain(due), "difference": plain(due - net)},
    )


def unfit_amounts(record: Requisition, periods: list[Period]) -> Stop | None:
    for number, period in enumerate(periods, start=1):
        for amount in (period.cost, period.retained):
            if not is_whole(amount, record.currency):
                text = f"Line {number} ({memo(period.line)}) comes to {plain(amount)}, which is not a whole amount in {record.currency}."
                return Stop("amount_unusable", text, "Correct the amount in the source.", "source")
            if abs(amount) > LARGEST:
                return Stop(
                    "amount_unusable",
                    f"Line {number} comes to {plain(amount)}, more than a ledger can hold.",
                    "Correct the amount in the source.",
                    "source",
                )
        if period.line.retainage_held_to_date < 0:
            over = plain(-period.line.retainage_held_to_date)
            sentence = f"Line {number} ({memo(period.line)}) releases {over} {record.currency} more retainage than was held."
            return Stop("retainage_over_released", sentence, "Correct the release in the source.", "source")
    return None


def formula(number: int, period: Period, line: DraftLine, rule: str) -> dict[str, Any]:
    """What the document's page shows behind each amount."""
    return {
        "line": number,
        "source_line": period.line.line_ref,
        "cost_code": period.line.cost_code,
        "cost_type": period.line.cost_type,
        "to_date": plain(period.line.completed_and_stored_to_date),
        "before": plain(period.cost_before),
        "cost_this_period": plain(period.cost),
        "retained_to_date": plain(period.line.retainage_held_to_date),
        "retained_before": plain(period.retained_before),
        "retained_this_period": plain(period.retained),
        "account": line.account,
        "rule": rule,
    }
