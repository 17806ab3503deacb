"""The number, dates and words a bill carries, by the tenant's choices."""

from __future__ import annotations

from datetime import date, timedelta

from connectors.port.records import Requisition, RequisitionLine
from connectors.sync.recipes.question import Question
from onecore.lib.text import one_line, shorten


def bill_date(question: Question) -> date | None:
    record = question.record
    chosen = {"billing_date": record.billing_date, "period_end": record.period_end, "approved_date": question.payable_since}
    return chosen[question.choices.bill_date] or record.billing_date or record.period_end


def due_date(question: Question, dated: date) -> date:
    due = question.record.payment_date if question.choices.due_date == "source" else None
    return max(due, dated) if due else dated + timedelta(days=question.choices.due_days)


def gl_date(question: Question, dated: date) -> date:
    record = question.record
    chosen = {"bill_date": dated, "approval_date": question.payable_since, "period_end": record.period_end}[question.choices.gl_date] or dated
    if question.choices.closed_period == "first_open" and question.gl_date_moved_to:
        return max(chosen, question.gl_date_moved_to)
    return chosen


def bill_number(question: Question) -> str:
    """Amended versions keep their number. One the ledger had to shorten is given in full again, so that it is cut the same way."""
    choices, record = question.choices, question.record
    own = f"{choices.number_prefix}{record.commitment_number}-{record.number:02d}" if choices.number == "prefix" else own_number(record)
    if question.kept_number and question.kept_number != shorten(own, choices.number_limit):
        return question.kept_number
    return own


def own_number(record: Requisition) -> str:
    return one_line(record.invoice_number) or f"{record.commitment_number}-{record.number:02d}"


def reference(record: Requisition) -> str:
    return one_line(f"{record.commitment_number} #{record.number}")


def description(record: Requisition) -> str:
    return one_line(f"{record.project_name}: {record.commitment_number} invoice {record.number}, {own_number(record)}")


def name_of(record: Requisition) -> str:
    return f"{record.commitment_number} #{record.number}"


def memo(line: RequisitionLine) -> str:
    return one_line(f"{line.cost_code} {line.description}")
