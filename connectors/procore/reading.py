"""Read single fields of Procore's data: exact amounts, dates, clean text. What cannot be read is noted, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from onecore.lib.clock import parse_moment
from onecore.lib.money import ZERO, NotMoney, parse_amount
from onecore.lib.text import strip_forbidden

_MOST_DIGITS = 18
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Reader:
    """Reads fields of one record and keeps what it had to clean or could not read."""

    notes: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def text(self, row: Mapping[str, Any], name: str) -> str:
        """Clean text; null and blank are both ""."""
        value = row.get(name)
        if value is None or isinstance(value, dict | list):
            return ""
        raw = str(value)
        clean = strip_forbidden(raw)
        if clean != raw:
            self.note(f"Characters that no ledger can store were removed from {name}.")
        return clean.strip()

    def amount(self, row: Mapping[str, Any], name: str, *, default: Decimal | None = ZERO) -> Decimal:
        """An exact amount. Absent and blank mean `default`; with default None they are unreadable."""
        value = row.get(name)
        if value in (None, "") and default is not None:
            return default
        try:
            number = parse_amount(value)
        except NotMoney:
            return self._lost(name, value)
        if (number and number.adjusted() > _MOST_DIGITS) or number.as_tuple().exponent < -_MOST_DIGITS:  # type: ignore[operator]
            return self._lost(name, value)
        return number

    def day(self, row: Mapping[str, Any], name: str) -> date | None:
        """A business date; the time of a date-time is dropped."""
        value = row.get(name)
        if not value:
            return None
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            self._lost(name, value)
            return None

    def moment(self, row: Mapping[str, Any], *names: str) -> datetime:
        """The first of these times that is there, aware."""
        for name in names:
            if row.get(name):
                try:
                    return parse_moment(str(row[name]))
                except ValueError:
                    self._lost(name, row[name])
        self.note(f"Procore gives no {names[0]}.")
        return _NEVER

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _lost(self, name: str, value: Any) -> Decimal:
        self.unreadable.append(name)
        self.note(f"{name} cannot be read: {strip_forbidden(str(value))[:60]!r}.")
        return ZERO


def ident(value: Any) -> str:
    """An id as text: Procore sends integers (v1) or strings (v2). Anything else is no id."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return strip_forbidden(str(value)).strip()


def inner(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested object; empty where it is null or something else."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def rows_of(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A nested list of objects."""
    value = row.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def currency_of(row: Mapping[str, Any], fallback: str) -> str:
    """The record's own currency, else the company's."""
    code = inner(row, "currency_configuration").get("currency_iso_code")
    return str(code).strip().upper() if isinstance(code, str) and code.strip() else fallback
