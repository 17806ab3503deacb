"""JSON from outside is read exactly or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.kit.strictjson import BadBody, read_json


def test_fractions_stay_exact():
    assert read_json(b"[0.1, 1.10, 2, 1e2]") == [Decimal("0.1"), Decimal("1.10"), 2, Decimal("1e2")]
    assert str(read_json(b"1.10")) == "1.10"


def test_a_byte_order_mark_is_tolerated():
    assert read_json(b'\xef\xbb\xbf{"a": "\xc3\xa9"}') == {"a": "é"}


def test_many_small_objects_are_not_deep():
    assert len(read_json(b"[" + b'{"a": ["[[{"]},' * 5000 + b"{}]")) == 5001


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"a": 1',
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b'{"a": 1, "a": 2}',
        b"\xff\xfe{}",
        b'{"a": "\xc3"}',
        b"[" * 1_000_000 + b"]" * 1_000_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"<html></html>",
        b"1.5e999999999",
        b"[" + b"9" * 10_000 + b"]",
    ],
    ids=[
        "empty",
        "cut off",
        "NaN",
        "Infinity",
        "-Infinity",
        "double key",
        "UTF-16",
        "bad UTF-8",
        "deep list",
        "deep object",
        "HTML",
        "exponent",
        "endless integer",
    ],
)
def test_it_refuses_what_is_broken_or_built_to_hurt(body):
    with pytest.raises(BadBody):
        read_json(body)
