"""Amounts are whole cents inside the world and strings outside; a float never appears."""

from decimal import ROUND_HALF_UP, Decimal


def text(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def cents(value: object) -> int:
    """Raises ValueError for what is not an amount."""
    try:
        return int((Decimal(str(value)) * 100).to_integral_value(ROUND_HALF_UP))
    except ArithmeticError as error:
        raise ValueError(f"{value!r} is not an amount") from error


def share(amount: int, percent: Decimal) -> int:
    return int((Decimal(amount) * percent / 100).to_integral_value(ROUND_HALF_UP))
