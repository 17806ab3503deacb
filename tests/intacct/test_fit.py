"""A draft is made to fit what Sage Intacct stores, or refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connectors.intacct.translate.fitting import fit, with_token
from connectors.port.drafts import VendorDraft
from connectors.port.errors import Code, Misfit

from .pretend import bill, credit, line, settings


def test_a_draft_that_fits_is_left_alone() -> None:
    assert fit(bill(), settings=settings()) == bill()


def test_an_over_long_number_is_shortened_and_kept_in_full_in_the_description() -> None:
    number = "INV-" + "9" * 80
    fitted = fit(bill(number=number), settings=settings())
    assert len(fitted.number) == 45
    assert number in fitted.description


def test_two_long_numbers_that_differ_at_the_end_stay_different() -> None:
    first, second = (fit(bill(number="INV-" + "9" * 80 + end), settings=settings()).number for end in "AB")
    assert first != second


def test_fitting_twice_changes_nothing() -> None:
    odd = bill(number="INV-" + "9" * 800, description="x\x00 y \u202e" + "é" * 2000, reference="R" * 99, lines=(line(memo="m" * 5000 + "\x07"),))
    once = fit(odd, settings=settings())
    assert fit(once, settings=settings()) == once


def test_the_description_leaves_room_for_the_token() -> None:
    fitted = fit(bill(description="d" * 4000, number="N" * 900), settings=settings())
    assert len(with_token(fitted.description, fitted.token)) <= 1000


def test_control_characters_go_and_emoji_and_markup_stay() -> None:
    fitted = fit(bill(lines=(line(memo="pour\x0b \U0001f3d7\ufe0f <b>& ]]>\ud800"),)), settings=settings())
    assert fitted.lines[0].memo == "pour \U0001f3d7\ufe0f <b>& ]]>"


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"lines": ()}, Code.AMOUNT_UNUSABLE, "lines"),
        ({"number": " "}, Code.UNSPECIFIED, "number"),
        ({"vendor": ""}, Code.VENDOR_UNUSABLE, "vendor"),
        ({"currency": "CAD"}, Code.CURRENCY_UNKNOWN, "currency"),
        ({"bill_date": date(1, 1, 1)}, Code.UNSPECIFIED, "bill_date"),
        ({"due_date": date(9999, 12, 31)}, Code.UNSPECIFIED, "due_date"),
        ({"lines": (line(account=""),)}, Code.ACCOUNT_UNUSABLE, "lines[0].account"),
        ({"lines": (line(), line(amount=Decimal("1.005")))}, Code.AMOUNT_UNUSABLE, "lines[1].amount"),
        ({"lines": (line(amount=Decimal("99999999999999.99")),)}, Code.AMOUNT_UNUSABLE, "lines[0].amount"),
        ({"lines": (line(amount=Decimal("-1.00")),)}, Code.AMOUNT_UNUSABLE, "lines"),
        ({"lines": (line(amount=Decimal("NaN")),)}, Code.AMOUNT_UNUSABLE, "lines[0].amount"),
        ({"lines": (line(task="03-300"),)}, Code.DIMENSION_MISSING, "lines[0].project"),
        ({"lines": (line(project="P", cost_type="M"),)}, Code.DIMENSION_MISSING, "lines[0].task"),
        ({"lines": (line(tax_amount=Decimal("1.00")),)}, Code.REFERENCE_UNKNOWN, "lines[0].tax_code"),
    ],
)
def test_what_cannot_fit_is_refused_and_names_the_field(wrong: dict[str, object], code: Code, field: str) -> None:
    with pytest.raises(Misfit) as caught:
        fit(bill(**wrong), settings=settings())
    assert (caught.value.code, caught.value.field_name) == (code, field)
    assert caught.value.message


def test_a_negative_line_fits_where_the_total_is_not_negative() -> None:
    mixed = bill(lines=(line(amount=Decimal("10.00")), line(amount=Decimal("-10.00"))))
    assert fit(mixed, settings=settings()).total == 0


def test_a_second_currency_fits_only_where_the_company_has_it() -> None:
    assert fit(bill(currency="CAD"), settings=settings(currencies="CAD")).currency == "CAD"


def test_three_digit_currencies_are_refused_where_a_fraction_of_a_cent_would_be_lost() -> None:
    dinar = settings(base_currency="KWD")
    assert fit(bill(currency="KWD", lines=(line(amount=Decimal("1.250")),)), settings=dinar)
    with pytest.raises(Misfit):
        fit(bill(currency="KWD", lines=(line(amount=Decimal("1.255")),)), settings=dinar)


def test_a_credit_is_fitted_like_a_bill() -> None:
    assert len(fit(credit(number="C" * 60), settings=settings()).number) == 45


def test_a_vendor_id_is_never_shortened() -> None:
    vendor = VendorDraft(vendor_id="V" * 21, name="Acme", currency="USD", token="T")
    with pytest.raises(Misfit) as caught:
        fit(vendor, settings=settings())
    assert caught.value.code is Code.TOO_LONG
    assert len(fit(replace(vendor, vendor_id="V-1", name="Acme " * 50), settings=settings()).name) == 100
