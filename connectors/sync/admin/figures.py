"""Amounts as text for tables: digits under digits, the currency said once in the heading."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from onecore.lib.money import quantize

NONE = "–"


def figure(amount: Decimal | None, currency: str) -> str:
    """1,234.50; a dash for none. Whole minor units only if nothing is lost by showing so."""
    if amount is None:
        return NONE
    rounded = quantize(amount, currency)
    return f"{rounded if rounded == amount else amount.normalize():,f}"


def exact(text: object) -> Decimal | None:
    """The Decimal behind stored text; None for what is none."""
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
