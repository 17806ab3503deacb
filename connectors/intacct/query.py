"""The `query` function as data: what to select and which rows. Pure; rendered as XML elements in schema order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .elements import Node

PAGE = 2000  # the most a query gives at once
IN_VALUES = 1000  # the most values one `in` may list
OVERLAP = timedelta(minutes=15)  # WHENMODIFIED has no documented zone and moves in bulk: look back a little


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the gateway. Rows come ordered by RECORDNO, so that pages neither overlap nor leave gaps."""

    object: str
    fields: tuple[str, ...]
    filter: Node | None = None
    count: str = ""  # field to count; `fields` are then the grouping
    pagesize: int = PAGE
    private: bool = False  # from the top level, also see what belongs to one entity alone

    def after(self, record_no: str) -> Query:
        """The same question for rows behind `record_no`: unlike an offset it neither skips nor repeats when rows come and go."""
        return replace(self, filter=all_of(self.filter, compare("greaterthan", "RECORDNO", record_no)))

    def node(self) -> Node:
        """The `query` element."""
        chosen = [Node("field", name) for name in self.fields]
        if self.count:
            chosen.append(Node("count", self.count))
        parts = [Node("object", self.object), Node("select", chosen)]
        if self.filter is not None:
            parts.append(Node("filter", [self.filter]))
        if not self.count:
            parts.append(Node("orderby", [Node("order", [Node("field", "RECORDNO"), Node("ascending")])]))
        if self.private:
            parts.append(Node("options", [Node("showprivate", "true")]))
        parts.append(Node("pagesize", str(self.pagesize)))
        return Node("query", parts)


def compare(operator: str, field: str, *values: str) -> Node:
    """One comparison: field first, then its value or values."""
    return Node(operator, [Node("field", field), *(Node("value", value) for value in values)])


def any_of(*tests: Node | None) -> Node | None:
    """`or`, which the schema allows from two parts on."""
    return _joined("or", tests)


def all_of(*tests: Node | None) -> Node | None:
    """`and`, which the schema allows from two parts on."""
    return _joined("and", tests)


def one_of(field: str, values: Sequence[str]) -> Node | None:
    """`in` over distinct values, split where they are more than one `in` may list; None without any."""
    distinct = list(dict.fromkeys(value for value in values if value))
    blocks = [distinct[start : start + IN_VALUES] for start in range(0, len(distinct), IN_VALUES)]
    return any_of(*(compare("in", field, *block) for block in blocks))


def modified_since(since: datetime | None) -> Node | None:
    """Rows changed at or after `since` (aware), with an overlap."""
    if since is None:
        return None
    return compare("greaterthanorequalto", "WHENMODIFIED", (since.astimezone(UTC) - OVERLAP).strftime("%m/%d/%Y %H:%M:%S"))


def _joined(word: str, tests: Sequence[Node | None]) -> Node | None:
    present = [part for part in tests if part is not None]
    if len(present) < 2:
        return present[0] if present else None
    return Node(word, present)
