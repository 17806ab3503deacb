"""XML to be sent, as immutable data: the same node can stand in many requests. The kit's serializer writes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.kit.xml import Element, canonical, element
from onecore.lib.money import plain


@dataclass(frozen=True, slots=True)
class Node:
    """An element: text, or children. Forbidden characters are dropped and the rest escaped when it is written."""

    tag: str
    content: str | tuple[Node, ...]
    attributes: tuple[tuple[str, str], ...]

    def __init__(self, tag: str, content: str | Iterable[Node] = "", /, **attributes: str) -> None:
        object.__setattr__(self, "tag", tag)
        object.__setattr__(self, "content", content if isinstance(content, str) else tuple(content))
        object.__setattr__(self, "attributes", tuple(attributes.items()))

    def element(self) -> Element:
        """The node for the serializer, made anew each time."""
        inner = (self.content,) if isinstance(self.content, str) else tuple(child.element() for child in self.content)
        return element(self.tag, *inner, attributes=dict(self.attributes))

    def __bytes__(self) -> bytes:
        return canonical(self.element())


def given(pairs: Iterable[tuple[str, str]]) -> list[Node]:
    """One child per pair that has a value: an empty element would clear the field."""
    return [Node(tag, value) for tag, value in pairs if value]


def slashed(day: date) -> str:
    """A date as the generic functions want it: MM/DD/YYYY, four digits of year on every platform."""
    return f"{day.month:02d}/{day.day:02d}/{day.year:04d}"


def split_date(tag: str, day: date) -> Node:
    """A date as the legacy functions want it: year, month and day as elements of their own."""
    return Node(tag, [Node("year", f"{day.year:04d}"), Node("month", f"{day.month:02d}"), Node("day", f"{day.day:02d}")])


def amount(value: Decimal) -> str:
    """An amount with a point and two digits behind it, no exponent; more digits stay, so that nothing is rounded unseen."""
    exponent = value.as_tuple().exponent
    return plain(value if isinstance(exponent, int) and exponent <= -2 else value.quantize(Decimal("0.01")))
