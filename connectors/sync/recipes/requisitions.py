"""A subcontractor invoice becomes one bill, or one vendor credit when its total is negative.

Cost this period = completed and stored to date − the same of the previous requisition; retainage likewise; the sum of net
lines must equal what the source says is due, else nothing is drafted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.port.drafts import Bill, DraftLine, LineRole, VendorCredit
from connectors.sync.recipes.gaps import gap_stop
from connectors.sync.recipes.naming import bill_date, bill_number, description, due_date, gl_date, memo, name_of, own_number, reference
from connectors.sync.recipes.outcome import Prepared, Stop
from connectors.sync.recipes.period import Period, formula, this_period, total_proof, unfit_amounts
from connectors.sync.recipes.question import Choices, Question
from onecore.lib.money import ZERO, plain

EARLIEST, LATEST_YEARS_AHEAD = date(2000, 1, 1), 2


def draft(question: Question) -> Prepared | Stop:
    """The Draft for one requisition, or the one reason why there is none yet."""
    stop = _unfit_record(question) or _unfit_previous(question)
    if stop:
        return stop
    periods = this_period(question.record, question.previous)
    stop = total_proof(question.record, periods) or unfit_amounts(question.record, periods)
    if stop:
        return stop
    if not any(period.cost or period.retained for period in periods):
        return Stop("nothing_to_book", "Nothing was billed in this period: every line and the total are zero.", skip=True)
    return _coded(question, periods)


def _unfit_record(question: Question) -> Stop | None:
    record, choices = question.record, question.choices
    if unreadable := record.extra.get("unreadable"):
        named = ", ".join(map(str, unreadable))
        return Stop("source_unreadable", f"The source sent something that cannot be read: {named}.", "Correct it in the source.", "source")
    if not record.lines:
        return Stop(
            "no_lines", f"{name_of(record)} has no lines, so there is nothing a bill could say.", "Open it in the source and add its lines.", "source"
        )
    if choices.currencies and record.currency not in choices.currencies:
        known = ", ".join(sorted(choices.currencies))
        return Stop(
            "currency_unknown",
            f"It is in {record.currency}, but the ledger keeps {known}.",
            "Add the currency in the ledger, or correct it in the source.",
            "ledger",
        )
    dated = bill_date(question)
    if dated is None:
        return Stop("date_missing", f"{name_of(record)} has no billing date.", "Enter the billing date in the source.", "source")
    if not EARLIEST <= dated <= date(question.today.year + LATEST_YEARS_AHEAD, 12, 31):
        return Stop(
            "date_impossible", f"Its date is {dated.isoformat()}, which cannot be right.", "Correct the billing date in the source.", "source"
        )
    if record.tax_total:
        return Stop(
            "tax_unmapped",
            f"It carries {plain(record.tax_total)} {record.currency} of tax, but this integration books no tax.",
            "Remove the tax in the source, or enter this invoice by hand and skip it here.",
            "source",
        )
    return None


def _unfit_previous(question: Question) -> Stop | None:
    record = question.record
    if question.previous_stop:
        return Stop(
            "previous_unsure", question.previous_stop, "Settle the earlier invoice of this commitment first.", f"document:{record.previous_ref}"
        )
    if not question.before_start or question.previous is None:
        return None
    billed = sum((line.completed_and_stored_to_date for line in question.previous.lines), ZERO)
    retained = sum((line.retainage_held_to_date for line in question.previous.lines), ZERO)
    opened = question.opened
    if opened and (opened.billed_to_date, opened.retained_to_date) == (billed, retained):
        return None
    ours = f"; agreed are {plain(opened.billed_to_date)} and {plain(opened.retained_to_date)}" if opened else ""
    return Stop(
        "opening_not_agreed",
        f"{record.commitment_number} was billed {plain(billed)} {record.currency}, {plain(retained)} of it retained, before the start date{ours}.",
        "Check the opening figures of this commitment and sign them.",
        f"opening:{record.commitment_ref}",
        {"billed": plain(billed), "retained": plain(retained), "commitment_ref": record.commitment_ref},
    )


def _coded(question: Question, periods: list[Period]) -> Prepared | Stop:
    record, choices = question.record, question.choices
    vendor, project = question.meaning.vendor(record.vendor_ref), question.meaning.project(record.project_ref)
    gaps = [found for found in (vendor, project) if hasattr(found, "reason")]
    lines: list[DraftLine] = []
    rules: list[dict[str, Any]] = []
    retained: dict[tuple[str, ...], Decimal] = {}
    for number, period in enumerate(periods, start=1):
        if not period.cost and not period.retained:
            continue
        coding = question.meaning.cost(period.line.cost_code_ref, period.line.cost_type_ref, record.project_ref)
        if hasattr(coding, "reason"):
            gaps.append(coding)
            continue
        if gaps:
            continue
        line = _cost_line(period, coding, project, choices)
        if line.amount:
            lines.append(line)
        if choices.retainage == "own_line":
            place = (line.project, line.location, line.department, line.class_)
            retained[place] = retained.get(place, ZERO) + period.retained
        rules.append(formula(number, period, line, coding.rule))
    if gaps:
        return gap_stop(record, gaps)
    return _assembled(question, lines, rules, retained, vendor_id=vendor.remote_id)


def _cost_line(period: Period, coding: Any, project: Any, choices: Choices) -> DraftLine:
    return DraftLine(
        account=coding.account,
        amount=period.cost if choices.retainage == "own_line" else period.cost - period.retained,
        memo=memo(period.line),
        source_line=period.line.line_ref,
        project=project.remote_id,
        task=coding.task,
        cost_type=coding.cost_type,
        location=coding.location or project.location or choices.default_location,
        department=coding.department or project.department or choices.default_department,
        class_=coding.class_ or project.class_,
        item=coding.item,
    )


def _assembled(
    question: Question, lines: list[DraftLine], rules: list[dict[str, Any]], retained: dict[tuple[str, ...], Decimal], *, vendor_id: str
) -> Prepared | Stop:
    choices = question.choices
    if choices.consolidated:
        lines = consolidate(lines)
    if any(retained.values()) and not choices.retainage_account:
        return Stop(
            "retainage_account_missing",
            "Retainage is held on it, but no retainage account is chosen.",
            "Choose the retainage account on the integration's policy page.",
            "policy",
            {"policy_field": "retainage_account"},
        )
    lines += [_retainage_line(place, amount, choices) for place, amount in retained.items() if amount]
    if not lines:
        return Stop("nothing_to_book", "Cost and retainage of this period cancel out line by line.", skip=True)
    total = sum((line.amount for line in lines), ZERO)
    if total != question.record.payable_net:
        # Whatever the policy made of the lines, the draft must come to what the source answers for.
        due = plain(question.record.payable_net)
        return Stop("total_proof", f"The bill would come to {plain(total)}, but the source says {due} is due.", "Tell the administrator.", "person")
    if total < 0:
        return _credit(question, lines, rules, vendor_id)
    return Prepared(_bill(question, lines, vendor_id), tuple(rules))


def _retainage_line(place: tuple[str, ...], amount: Decimal, choices: Choices) -> DraftLine:
    project, location, department, class_ = place
    memo = "Retainage held" if amount > 0 else "Retainage released"
    return DraftLine(
        account=choices.retainage_account,
        amount=-amount,
        memo=memo,
        role=LineRole.RETAINAGE,
        project=project,
        location=location,
        department=department,
        class_=class_,
    )


def consolidate(lines: list[DraftLine]) -> list[DraftLine]:
    """One line a coding: amounts added, memos joined, first appearance keeps the place."""
    merged: dict[DraftLine, DraftLine] = {}
    for line in lines:
        coding = replace(line, amount=ZERO, memo="", source_line="")
        if coding in merged:
            kept = merged[coding]
            merged[coding] = replace(kept, amount=kept.amount + line.amount, memo=f"{kept.memo}; {line.memo}", source_line="")
        else:
            merged[coding] = line
    return [line for line in merged.values() if line.amount]


def _bill(question: Question, lines: list[DraftLine], vendor_id: str) -> Bill:
    record, choices = question.record, question.choices
    dated = bill_date(question)
    assert dated is not None  # _unfit_record stopped otherwise
    return Bill(
        vendor=vendor_id,
        number=bill_number(question),
        bill_date=dated,
        due_date=due_date(question, dated),
        gl_date=gl_date(question, dated),
        currency=record.currency,
        reference=reference(record),
        description=description(record),
        token=question.token,
        lines=tuple(lines),
        as_draft=choices.arrive_as_draft,
        location=choices.default_location,
        url=record.url,
    )


def _credit(question: Question, lines: list[DraftLine], rules: list[dict[str, Any]], vendor_id: str) -> Prepared | Stop:
    if not question.choices.vendor_credits:
        return Stop(
            "negative_total",
            "Its total is negative and the ledger has no vendor credits.",
            "Enter the credit by hand and skip this document.",
            "person",
        )
    bill = _bill(question, lines, vendor_id)
    previous = question.previous
    credit = VendorCredit(
        vendor=bill.vendor,
        number=bill.number,
        credit_date=bill.bill_date,
        gl_date=bill.gl_date,
        currency=bill.currency,
        reference=bill.reference,
        description=bill.description,
        token=bill.token,
        lines=tuple(replace(line, amount=-line.amount) for line in lines),
        as_draft=bill.as_draft,
        location=bill.location,
        corrects=own_number(previous) if previous else "",
        url=bill.url,
    )
    return Prepared(credit, tuple(rules))
