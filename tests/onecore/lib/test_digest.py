"""The same facts give the same digest; different facts never by accident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from onecore.lib.digest import canonical, digest, short_token


@dataclass(frozen=True)
class Line:
    amount: Decimal
    on: date
    words: str = "a"


def test_trailing_zeros_and_key_order_do_not_matter() -> None:
    assert digest({"a": Decimal("1.0"), "b": 2}) == digest({"b": 2, "a": Decimal("1.00")})
    assert digest(Decimal("-0.00")) == digest(Decimal("0"))


def test_every_fact_of_a_dataclass_matters() -> None:
    line = Line(Decimal("1.10"), date(2026, 10, 1))
    assert digest(line) != digest(Line(Decimal("1.11"), date(2026, 10, 1)))
    assert digest(line) != digest(Line(Decimal("1.10"), date(2026, 10, 2)))
    assert canonical(line) == b'{"amount":"1.1","on":"2026-10-01","words":"a"}'


def test_the_order_of_a_list_matters_and_of_a_set_does_not() -> None:
    assert digest([1, 2]) != digest([2, 1])
    assert digest({3, 1, 2}) == digest({2, 3, 1})


def test_floats_have_no_stable_text() -> None:
    with pytest.raises(TypeError, match="Decimal"):
        digest({"deep": [0.1]})


def test_a_short_token_is_stable_and_readable() -> None:
    token = short_token(["acme", 1])
    assert token == short_token(["acme", 1]) != short_token(["acme", 2])
    assert len(token) == 12
    assert not set(token) & set("ILOU")
