"""What we will ask a ledger to book. Plain data: a Draft is stored as JSON and comes back equal.

Amounts are Decimals in the draft's currency, whole minor units. Ids are the ledger's own (ACCOUNTNO, VENDORID ...).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any


class Operation(StrEnum):
    """What a Posting does to the ledger."""

    CREATE = "create"
    AMEND = "amend"
    VOID = "void"


class LineRole(StrEnum):
    """Why a line is there."""

    COST = "cost"
    RETAINAGE = "retainage"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One ledger line. `source_line` names the source line it came from; "" for retainage and rounding lines."""

    account: str
    amount: Decimal
    memo: str = ""
    role: LineRole = LineRole.COST
    source_line: str = ""
    project: str = ""
    task: str = ""
    cost_type: str = ""
    location: str = ""
    department: str = ""
    class_: str = ""
    item: str = ""
    customer: str = ""
    vendor: str = ""
    tax_code: str = ""
    tax_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A payable to a vendor. `total` of the lines is never negative; a negative one is a VendorCredit.

    `token` names the Document, is the same for all its versions, and goes where the ledger can be asked for it.
    """

    vendor: str
    number: str
    bill_date: date
    due_date: date
    gl_date: date
    currency: str
    reference: str
    description: str
    token: str
    lines: tuple[DraftLine, ...]
    as_draft: bool = False
    location: str = ""
    url: str = ""

    @property
    def total(self) -> Decimal:
        return sum((line.amount + (line.tax_amount or 0) for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class VendorCredit:
    """A vendor's credit: lines carry positive amounts that reduce what is owed. `corrects` names the bill number it corrects."""

    vendor: str
    number: str
    credit_date: date
    gl_date: date
    currency: str
    reference: str
    description: str
    token: str
    lines: tuple[DraftLine, ...]
    as_draft: bool = False
    location: str = ""
    corrects: str = ""
    url: str = ""

    @property
    def total(self) -> Decimal:
        """Negative: the effect on what is owed."""
        return -sum((line.amount + (line.tax_amount or 0) for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class VendorDraft:
    """A vendor to create. Never carries bank details."""

    vendor_id: str
    name: str
    currency: str
    token: str
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""


Draft = Bill | VendorCredit | VendorDraft
_KINDS: dict[str, type] = {"bill": Bill, "vendor_credit": VendorCredit, "vendor": VendorDraft}


def draft_kind(draft: Draft) -> str:
    """`bill`, `vendor_credit` or `vendor`."""
    return next(kind for kind, type_ in _KINDS.items() if isinstance(draft, type_))


def to_data(draft: Draft) -> dict[str, Any]:
    """JSON-ready data; Decimals and dates as text."""
    return {"kind": draft_kind(draft), **_plain(dataclasses.asdict(draft))}


def from_data(data: dict[str, Any]) -> Draft:
    """The Draft that `to_data` wrote. Raises KeyError or ValueError for anything else."""
    fields = dict(data)
    return typing.cast(Draft, build(_KINDS[fields.pop("kind")], fields))


def build(type_: type, data: dict[str, Any]) -> Any:
    """A frozen dataclass from plain JSON data, typed by its own annotations (also used for stored records)."""
    hints = _hints(type_)
    return type_(**{name: _typed(hints[name], value) for name, value in data.items()})


@cache
def _hints(type_: type) -> dict[str, Any]:
    """Looked up once a type: every stored line is read through here."""
    return typing.get_type_hints(type_)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if hasattr(value, "isoformat") else value


def _typed(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if value is None:
        return None
    if origin in (types.UnionType, typing.Union):
        return _typed(next(arg for arg in typing.get_args(hint) if arg is not types.NoneType), value)
    if origin is tuple:
        return tuple(_typed(typing.get_args(hint)[0], item) for item in value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value)
    if hint is Decimal:
        return Decimal(value)
    if isinstance(hint, type) and hasattr(hint, "fromisoformat"):
        return hint.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return value


def plain_fields(record: Any) -> dict[str, Any]:
    """JSON-ready data of any frozen dataclass; `build` reads it back."""
    return typing.cast(dict[str, Any], _plain(dataclasses.asdict(record)))
