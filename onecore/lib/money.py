"""Money is a Decimal with a currency, never a float. Sums never cross currencies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal("0")
LARGEST = Decimal("9999999999999.99")
"""More than any ledger here stores in one amount; larger figures are refused before they are sent."""

# ISO 4217 minor units that are not two.
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_UNITS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)


class NotMoney(ValueError):
    """The text is not an amount of money."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code, upper case)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added: sums are kept per currency.")
        return Money(self.amount + other.amount, self.currency)

    def __str__(self) -> str:
        return f"{quantize(self.amount, self.currency):,} {self.currency}"


def minor_units(currency: str) -> int:
    """Digits behind the point in this currency: 2 for USD, 0 for JPY, 3 for KWD."""
    return _MINOR_UNITS.get(currency, 2)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole minor units, halves away from zero as ledgers round."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_HALF_UP)


def is_whole(amount: Decimal, currency: str) -> bool:
    """True if the amount has no fraction of a minor unit."""
    return amount == quantize(amount, currency)


def parse_amount(value: object) -> Decimal:
    """A Decimal from JSON or XML: text, int or Decimal. Floats, NaN, infinities and blanks raise NotMoney."""
    if isinstance(value, bool | float) or value is None:
        raise NotMoney(f"{value!r} is not an exact amount")
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise NotMoney(f"{value!r} is not an amount") from None
    if not amount.is_finite():
        raise NotMoney(f"{value!r} is not a finite amount")
    return amount


def plain(amount: Decimal) -> str:
    """The amount as plain text without exponent, for JSON and XML: 1E+3 becomes 1000."""
    return format(amount, "f")


def exact(amount: Decimal, currency: str) -> str:
    """Plain text in the currency's minor units, with more digits only where the amount truly has them: 1000.0000 USD is 1000.00."""
    whole = quantize(amount, currency)
    return plain(whole if whole == amount else amount.normalize())


def sum_by_currency(amounts: Iterable[Money]) -> dict[str, Decimal]:
    """Totals, one per currency."""
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for money in amounts:
        totals[money.currency] += money.amount
    return dict(totals)
