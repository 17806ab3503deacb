"""Read remote JSON strictly: exact numbers, no duplicate keys, no NaN, bounded depth."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

DEEPEST = 100
_WIDEST_EXPONENT = 400  # beyond any double; Decimal would take 1e999999999 and fill the memory when printed

_STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


class BadBody(ValueError):
    """The body is not what it says it is: cut off, not UTF-8, not JSON or XML, or built to hurt."""


def read_json(body: bytes) -> Any:
    """Plain data with Decimals for fractions. A byte order mark is tolerated. Raises BadBody."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadBody(f"not UTF-8 at byte {problem.start}") from None
    _refuse_depth(text)
    try:
        return json.loads(text, parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=_object)
    except BadBody:
        raise
    except (ValueError, RecursionError) as problem:
        raise BadBody(f"not JSON: {problem}") from None


def _refuse_depth(text: str) -> None:
    """Cheap upper bound first: only a body with many brackets is walked."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise BadBody(f"nested deeper than {DEEPEST} levels")


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if number and abs(number.adjusted()) > _WIDEST_EXPONENT:
        raise BadBody(f"a number out of all measure: {text[:40]}")
    return number


def _no_constant(name: str) -> NoReturn:
    raise BadBody(f"{name} is not a number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise BadBody(f"the key {double[:60]!r} stands twice in one object")
    return found
