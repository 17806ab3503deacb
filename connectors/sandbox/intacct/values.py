"""Texts of the gateway as values: amounts with a point, dates as MM/DD/YYYY, booleans as true and false."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

DATE_TEXT = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
AMOUNT_TEXT = re.compile(r"-?\d{1,14}(\.\d+)?")
CENT = Decimal("0.01")


class BadValue(ValueError):
    """The text is not of the field's type."""


def read_date(text: str) -> date:
    if not DATE_TEXT.fullmatch(text):
        raise BadValue(f"Invalid date '{text}': use MM/DD/YYYY")
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - business dates have no zone
    except ValueError as error:
        raise BadValue(f"Invalid date '{text}': use MM/DD/YYYY") from error


def write_date(value: date) -> str:
    return value.strftime("%m/%d/%Y")


def read_moment(text: str) -> datetime:
    for pattern in ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the gateway writes no zone
        except ValueError:
            continue
    raise BadValue(f"Invalid date-time '{text}': use MM/DD/YYYY HH:MM:SS")


def write_moment(value: datetime) -> str:
    return value.strftime("%m/%d/%Y %H:%M:%S")


def read_amount(text: str) -> Decimal:
    """More than two decimals are rounded, as the gateway does on bill lines."""
    if not AMOUNT_TEXT.fullmatch(text):
        raise BadValue(f"Invalid amount '{text}': use a point and no thousands separator")
    return Decimal(text).quantize(CENT, ROUND_HALF_UP)


def read_boolean(text: str) -> str:
    if text not in ("true", "false"):
        raise BadValue(f"Invalid boolean '{text}': use true or false")
    return text


def read(text: str, kind: str) -> Any:
    """A text as something that can be compared."""
    if kind == "decimal":
        try:
            return Decimal(text)
        except InvalidOperation as error:
            raise BadValue(f"Invalid number '{text}'") from error
    if kind == "integer":
        if not re.fullmatch(r"-?\d+", text):
            raise BadValue(f"Invalid number '{text}'")
        return int(text)
    if kind == "date":
        return read_date(text)
    if kind == "datetime":
        return read_moment(text)
    if kind == "boolean":
        return read_boolean(text)
    return text
