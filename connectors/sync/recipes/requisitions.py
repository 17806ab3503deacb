"""A subcontractor invoice becomes one bill, or one vendor credit when its total is negative.

DOMAIN §2: cost this period = completed and stored to date − the same of the previous requisition; retainage likewise; the
sum of net lines must equal what the source says is due, else nothing is drafted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.port.drafts import Bill, DraftLine, LineRole, VendorCredit
from connectors.port.records import Requisition, RequisitionLine
from connectors.sync.recipes.outcome import Prepared, Stop
from connectors.sync.recipes.question import Choices, Question
from onecore.lib.money import LARGEST, ZERO, is_whole, plain
from onecore.lib.text import one_line, shorten

EARLIEST, LATEST_YEARS_AHEAD = date(2000, 1, 1), 2


@dataclass(frozen=True, slots=True)
class Period:
    """One schedule-of-values line in this period: gross cost and retainage held (negative when released)."""

    line: RequisitionLine
    cost: Decimal
    retained: Decimal
    cost_before: Decimal
    retained_before: Decimal


def draft(question: Question) -> Prepared | Stop:
    """The Draft for one requisition, or the one reason why there is none yet."""
    stop = _unfit_record(question) or _unfit_previous(question)
    if stop:
        return stop
    periods = this_period(question.record, question.previous)
    stop = _total_proof(question.record, periods) or _unfit_amounts(question.record, periods)
    if stop:
        return stop
    if not any(period.cost or period.retained for period in periods):
        return Stop("nothing_to_book", "Nothing was billed in this period: every line and the total are zero.", skip=True)
    return _coded(question, periods)


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


def _unfit_record(question: Question) -> Stop | None:
    record, choices = question.record, question.choices
    if unreadable := record.extra.get("unreadable"):
        named = ", ".join(map(str, unreadable))
        return Stop("source_unreadable", f"The source sent something that cannot be read: {named}.", "Correct it in the source.", "source")
    if not record.lines:
        return Stop(
            "no_lines", f"{_name(record)} has no lines, so there is nothing a bill could say.", "Open it in the source and add its lines.", "source"
        )
    if choices.currencies and record.currency not in choices.currencies:
        known = ", ".join(sorted(choices.currencies))
        return Stop(
            "currency_unknown",
            f"It is in {record.currency}, but the ledger keeps {known}.",
            "Add the currency in the ledger, or correct it in the source.",
            "ledger",
        )
    bill_date = _bill_date(question)
    if bill_date is None:
        return Stop("date_missing", f"{_name(record)} has no billing date.", "Enter the billing date in the source.", "source")
    if not EARLIEST <= bill_date <= date(question.today.year + LATEST_YEARS_AHEAD, 12, 31):
        return Stop(
            "date_impossible", f"Its date is {bill_date.isoformat()}, which cannot be right.", "Correct the billing date in the source.", "source"
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


def _total_proof(record: Requisition, periods: list[Period]) -> Stop | None:
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


def _unfit_amounts(record: Requisition, periods: list[Period]) -> Stop | None:
    for number, period in enumerate(periods, start=1):
        for amount in (period.cost, period.retained):
            if not is_whole(amount, record.currency):
                text = f"Line {number} ({_memo(period.line)}) comes to {plain(amount)}, which is not a whole amount in {record.currency}."
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
            sentence = f"Line {number} ({_memo(period.line)}) releases {over} {record.currency} more retainage than was held."
            return Stop("retainage_over_released", sentence, "Correct the release in the source.", "source")
    return None


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
        if period.cost:
            lines.append(line)
        place = (line.project, line.location, line.department, line.class_)
        retained[place] = retained.get(place, ZERO) + period.retained
        rules.append(_formula(number, period, line, coding.rule))
    if gaps:
        return _gap_stop(record, gaps)
    return _assembled(question, lines, rules, retained, vendor_id=vendor.remote_id)


def _cost_line(period: Period, coding: Any, project: Any, choices: Choices) -> DraftLine:
    return DraftLine(
        account=coding.account,
        amount=period.cost,
        memo=_memo(period.line),
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
    if any(retained.values()):
        if choices.retainage == "net":
            lines = _net(lines, rules)
        elif not choices.retainage_account:
            return Stop(
                "retainage_account_missing",
                "Retainage is held on it, but no retainage account is chosen.",
                "Choose the retainage account on the integration's policy page.",
                "policy",
                {"policy_field": "retainage_account"},
            )
        else:
            lines += [_retainage_line(place, amount, choices) for place, amount in retained.items() if amount]
    if not lines:
        return Stop("nothing_to_book", "Cost and retainage of this period cancel out line by line.", skip=True)
    total = sum((line.amount for line in lines), ZERO)
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


def _net(lines: list[DraftLine], rules: list[dict[str, Any]]) -> list[DraftLine]:
    """Policy `net`: each cost line less the retainage of its own source line; nothing shows apart."""
    held = {rule["source_line"]: Decimal(rule["retained_this_period"]) for rule in rules}
    return [replace(line, amount=line.amount - held.get(line.source_line, ZERO)) for line in lines]


def _bill(question: Question, lines: list[DraftLine], vendor_id: str) -> Bill:
    record, choices = question.record, question.choices
    bill_date = _bill_date(question)
    assert bill_date is not None  # _unfit_record stopped otherwise
    return Bill(
        vendor=vendor_id,
        number=_number(question),
        bill_date=bill_date,
        due_date=_due_date(question, bill_date),
        gl_date=_gl_date(question, bill_date),
        currency=record.currency,
        reference=_reference(record),
        description=_description(record),
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
        corrects=_own_number(previous) if previous else "",
        url=bill.url,
    )
    return Prepared(credit, tuple(rules))


def _bill_date(question: Question) -> date | None:
    record = question.record
    chosen = {"billing_date": record.billing_date, "period_end": record.period_end, "approved_date": question.payable_since}
    return chosen[question.choices.bill_date] or record.billing_date or record.period_end


def _due_date(question: Question, bill_date: date) -> date:
    due = question.record.payment_date if question.choices.due_date == "source" else None
    return max(due, bill_date) if due else bill_date + timedelta(days=question.choices.due_days)


def _gl_date(question: Question, bill_date: date) -> date:
    record = question.record
    chosen = {"bill_date": bill_date, "approval_date": question.payable_since, "period_end": record.period_end}[question.choices.gl_date] or bill_date
    if question.choices.closed_period == "first_open" and question.gl_date_moved_to:
        return max(chosen, question.gl_date_moved_to)
    return chosen


def _number(question: Question) -> str:
    """Amended versions keep their number. One the ledger had to shorten is given in full again, so that it is cut the same way."""
    choices, record = question.choices, question.record
    own = f"{choices.number_prefix}{record.commitment_number}-{record.number:02d}" if choices.number == "prefix" else _own_number(record)
    if question.kept_number and question.kept_number != shorten(own, choices.number_limit):
        return question.kept_number
    return own


def _own_number(record: Requisition) -> str:
    return one_line(record.invoice_number) or f"{record.commitment_number}-{record.number:02d}"


def _reference(record: Requisition) -> str:
    return one_line(f"{record.commitment_number} #{record.number}")


def _description(record: Requisition) -> str:
    return one_line(f"{record.project_name}: {record.commitment_number} invoice {record.number}, {_own_number(record)}")


def _name(record: Requisition) -> str:
    return f"{record.commitment_number} #{record.number}"


def _memo(line: RequisitionLine) -> str:
    return one_line(f"{line.cost_code} {line.description}")


def _formula(number: int, period: Period, line: DraftLine, rule: str) -> dict[str, Any]:
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


def _gap_stop(record: Requisition, gaps: list[Any]) -> Stop:
    """The first gap is the Hold; the others are told with it, so that one look shows all there is to map."""
    seen: dict[tuple[str, str], Any] = {(gap.kind, gap.source_ref): gap for gap in gaps}
    first, *others = seen.values()
    also = f" Also to settle: {', '.join(gap.label for gap in others)}." if others else ""
    rows = [
        {
            "kind": gap.kind,
            "reason": gap.reason,
            "source_ref": gap.source_ref,
            "label": gap.label,
            "mapping_id": gap.mapping_id,
            "reference_id": gap.reference_id,
        }
        for gap in seen.values()
    ]
    if first.mapping_id is None and first.reason != "unmapped":
        return _source_stop(record, first, also, rows)
    about = f"mapping:{first.kind}:{first.source_ref}"
    return Stop(
        f"{first.kind}_{first.reason}", first.sentence + also, "Choose its counterpart in the ledger on the mapping page.", about, {"gaps": rows}
    )


def _source_stop(record: Requisition, gap: Any, also: str, rows: list[dict[str, Any]]) -> Stop:
    """The fault lies not in a mapping: the source's own code is a header or gone, or the policy's default account is unusable."""
    if gap.kind == "cost_code" and gap.source_ref not in {line.cost_code_ref for line in record.lines}:
        return Stop(
            "default_account_unusable",
            gap.sentence + also,
            "Choose another default account.",
            "policy",
            {"policy_field": "default_account", "gaps": rows},
        )
    return Stop(
        f"{gap.kind}_source_{gap.reason}",
        gap.sentence + also,
        "Correct the line in the source; it is read again by itself.",
        "source",
        {"gaps": rows},
    )
