"""Make a draft fit what Sage Intacct stores, or say why it cannot: deterministic, and fitting twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from connectors.intacct.config import Settings
from connectors.intacct.connector import LIMITS, REFERENCE_CHARACTERS, VENDOR_NAME_CHARACTERS
from connectors.port.drafts import Bill, Draft, DraftLine, VendorCredit, VendorDraft
from connectors.port.errors import Code, Misfit
from onecore.lib.money import LARGEST, is_whole
from onecore.lib.text import one_line, shorten, strip_forbidden

_FULL_NUMBER_CHARACTERS = 300  # of an over-long number, kept in the description
_FIRST_YEAR, _LAST_YEAR = 1950, 2100
_CONTACT_CHARACTERS = {"email": 200, "phone": 30, "street": 80, "city": 80, "state": 40, "postcode": 30, "country": 60}


def fit(draft: Draft, *, settings: Settings) -> Draft:
    """The draft as it can be stored. Raises Misfit where shortening would change what it means."""
    if isinstance(draft, VendorDraft):
        return _vendor(draft, settings)
    return _document(draft, settings)


def _document(draft: Bill | VendorCredit, settings: Settings) -> Bill | VendorCredit:
    _require(draft.vendor, "The document names no vendor.", "vendor", Code.VENDOR_UNUSABLE)
    number = one_line(draft.number)
    _require(number, "The document has no number, and Sage Intacct finds a bill by its number.", "number")
    _require(draft.lines, "The document has no lines; Sage Intacct wants at least one.", "lines", Code.AMOUNT_UNUSABLE)
    _check_currency(draft.currency, settings)
    _check_dates(draft)
    lines = tuple(_line(line, index=index, currency=draft.currency) for index, line in enumerate(draft.lines))
    _check_total(draft)
    short = shorten(number, LIMITS.bill_number)
    return replace(
        draft,
        number=short,
        reference=shorten(one_line(draft.reference), REFERENCE_CHARACTERS),
        description=_description(draft.description, token=draft.token, full_number=number if short != number else ""),
        lines=lines,
    )


def with_token(description: str, token: str) -> str:
    """The description as it is sent: our token in brackets at its end, where a query can find it."""
    return f"{description} [{token}]".strip() if token else description


def _description(text: str, *, token: str, full_number: str) -> str:
    """Room is left for the token; the full number of a shortened one is kept."""
    suffix = f" (full number {full_number[:_FULL_NUMBER_CHARACTERS]})" if full_number else ""
    room = LIMITS.description - len(with_token("", token)) - 1 - len(suffix)
    return f"{shorten(one_line(text), room)}{suffix}".strip()


def _line(line: DraftLine, *, index: int, currency: str) -> DraftLine:
    where = f"lines[{index}]"
    _require(line.account, f"Line {index + 1} names no account.", f"{where}.account", Code.ACCOUNT_UNUSABLE)
    for amount in (line.amount, line.tax_amount or Decimal(0)):
        if not amount.is_finite() or not is_whole(amount, currency) or not is_whole(amount, "USD") or abs(amount) > LARGEST:
            raise Misfit(
                f"Line {index + 1} has the amount {amount}, which is no whole number of cents or too large for Sage Intacct.",
                code=Code.AMOUNT_UNUSABLE,
                field_name=f"{where}.amount",
            )
    if line.tax_amount and not line.tax_code:
        raise Misfit(
            f"Line {index + 1} carries tax but no tax detail. Map the tax code.", code=Code.REFERENCE_UNKNOWN, field_name=f"{where}.tax_code"
        )
    if line.task and not line.project:
        raise Misfit(
            f"Line {index + 1} names task {line.task} without its project. Map the project.",
            code=Code.DIMENSION_MISSING,
            field_name=f"{where}.project",
        )
    if line.cost_type and not line.task:
        raise Misfit(
            f"Line {index + 1} names cost type {line.cost_type} without a task. Map the cost code to a task.",
            code=Code.DIMENSION_MISSING,
            field_name=f"{where}.task",
        )
    return replace(line, memo=shorten(strip_forbidden(line.memo).strip(), LIMITS.line_memo))


def _check_total(draft: Bill | VendorCredit) -> None:
    total = abs(draft.total)
    if total > LARGEST:
        raise Misfit(f"The total {total} is larger than Sage Intacct stores.", code=Code.AMOUNT_UNUSABLE, field_name="lines")
    if isinstance(draft, Bill) and draft.total < 0:
        raise Misfit(
            f"The bill's total is {draft.total}. Sage Intacct takes no negative bill; it is booked as a credit.",
            code=Code.AMOUNT_UNUSABLE,
            field_name="lines",
        )


def _check_currency(currency: str, settings: Settings) -> None:
    if currency not in settings.currencies:
        known = ", ".join(sorted(settings.currencies))
        raise Misfit(
            f"The document is in {currency or 'no currency'}, but this company books {known}. Add it under Connects if Sage Intacct has it.",
            code=Code.CURRENCY_UNKNOWN,
            field_name="currency",
        )


def _check_dates(draft: Bill | VendorCredit) -> None:
    dates: dict[str, date] = {"gl_date": draft.gl_date}
    dates |= {"bill_date": draft.bill_date, "due_date": draft.due_date} if isinstance(draft, Bill) else {"credit_date": draft.credit_date}
    for name, day in dates.items():
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise Misfit(f"The {name.replace('_', ' ')} {day} cannot be right. Correct it at the source.", field_name=name)


def _vendor(draft: VendorDraft, settings: Settings) -> VendorDraft:
    name = one_line(draft.name)
    _require(name, "The vendor has no name.", "name")
    vendor_id = one_line(draft.vendor_id)
    if len(vendor_id) > LIMITS.vendor_id:
        raise Misfit(
            f"The vendor id {vendor_id} is longer than the {LIMITS.vendor_id} characters Sage Intacct stores.",
            code=Code.TOO_LONG,
            field_name="vendor_id",
        )
    _check_currency(draft.currency or settings.base_currency, settings)
    contact = {field: one_line(getattr(draft, field))[:limit] for field, limit in _CONTACT_CHARACTERS.items()}
    return replace(draft, vendor_id=vendor_id, name=shorten(name, VENDOR_NAME_CHARACTERS), **contact)


def _require(value: object, sentence: str, field_name: str, code: Code = Code.UNSPECIFIED) -> None:
    if not value:
        raise Misfit(sentence, code=code, field_name=field_name)
