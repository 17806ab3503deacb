"""Money is exact: no floats, no silent cents, no sums across currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest

from onecore.lib.money import Money, NotMoney, is_whole, parse_amount, plain, quantize, sum_by_currency


@pytest.mark.parametrize("text", ["12.30", " 12.30 ", "-0.01", "1E+3", 7, Decimal("1.005")])
def test_exact_amounts_are_read(text: object) -> None:
    assert parse_amount(text) == Decimal(str(text).strip())


@pytest.mark.parametrize("value", [1.1, True, None, "", "NaN", "Infinity", "-inf", "1,000.00", "12.3.4", "$5", "0x10", b"5"])
def test_what_is_no_exact_amount_is_refused(value: object) -> None:
    with pytest.raises(NotMoney):
        parse_amount(value)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("1.005", "USD", "1.01"), ("-1.005", "USD", "-1.01"), ("1.5", "JPY", "2"), ("1.0005", "KWD", "1.001"), ("2.675", "AUD", "2.68")],
)
def test_halves_go_away_from_zero_in_the_minor_units_of_the_currency(amount: str, currency: str, rounded: str) -> None:
    assert str(quantize(Decimal(amount), currency)) == rounded


def test_a_fraction_of_a_cent_is_noticed() -> None:
    assert is_whole(Decimal("1.10"), "USD")
    assert not is_whole(Decimal("1.105"), "USD")
    assert is_whole(Decimal("1.105"), "KWD")


def test_currencies_are_never_added_up() -> None:
    with pytest.raises(ValueError, match="CAD and USD"):
        Money(Decimal(1), "CAD") + Money(Decimal(1), "USD")
    sums = sum_by_currency([Money(Decimal("0.10"), "USD"), Money(Decimal("0.20"), "USD"), Money(Decimal("5"), "CAD")])
    assert sums == {"USD": Decimal("0.30"), "CAD": Decimal("5")}


def test_text_for_a_remote_has_no_exponent() -> None:
    assert plain(Decimal("1E+3")) == "1000"
    assert str(Money(Decimal("1234567.5"), "USD")) == "1,234,567.50 USD"
