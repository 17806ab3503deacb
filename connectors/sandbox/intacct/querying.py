"""The `query` function: select with counts and sums, filter, order, page."""

from decimal import Decimal
from typing import Any

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import ErrorEntry, Failure, refuse
from connectors.sandbox.intacct.filtering import bad_filter, compile_filter, field_type, narrowed, value_of
from connectors.sandbox.intacct.objects import OBJECTS, Definition
from connectors.sandbox.intacct.values import read
from connectors.sandbox.state import Body, Where
from connectors.sandbox.transport.xml import Node

PARTS = ("object", "select", "filter", "orderby", "options", "pagesize", "offset", "docparid")
AGGREGATES = ("count", "sum", "avg", "min", "max")
DEFAULT_PAGE, MAX_PAGE = 100, 2000


def object_named(name: str | None, *, errorno: str = "Query Failed") -> Definition:
    definition = OBJECTS.get((name or "").strip())
    if definition is None:
        raise refuse(errorno, f"Object definition {name or ''} not found")
    return definition


def query(desk: Desk, node: Node) -> list[Node]:
    tags = [child.tag for child in node.children]
    for tag in tags:
        if tag not in PARTS or tags.count(tag) > 1:
            raise Failure(ErrorEntry("Query Failed", f"Element {tag} is not allowed here in query"))
    definition = object_named(node.value("object"))
    select = node.child("select")
    if select is None or not select.children:
        raise refuse("Query Failed", "select must name at least one field")
    for column in select.children:
        if column.tag != "field" and column.tag not in AGGREGATES:
            raise refuse("Query Failed", f"Element {column.tag} is not allowed in select")
        if column.text in ("", "*"):
            raise refuse("Query Failed", "select takes field names, no *")
        field_type(definition, column.text)
    options = _options(node.child("options"))
    rows = _matching(desk, definition, node, options)
    size = _whole(node.value("pagesize"), DEFAULT_PAGE, "pagesize", least=1, most=MAX_PAGE)
    offset = _whole(node.value("offset"), 0, "offset", least=0, most=10**9)
    if any(column.tag in AGGREGATES for column in select.children):
        return [_aggregated(desk, definition, rows, select.children, offset=offset, size=size)]
    rows = _ordered(desk, definition, rows, node.child("orderby"))
    page = rows[offset : offset + size]
    data = _data(definition.name, total=len(rows), offset=offset, count=len(page))
    for row in page:
        entry = data.add(definition.name)
        for column in select.children:
            entry.add(column.text, value_of(desk, definition, row, column.text))
    return [data]


def _data(name: str, *, total: int, offset: int, count: int) -> Node:
    remaining = max(0, total - offset - count)
    attributes = {"listtype": name, "totalcount": total, "offset": offset, "count": count, "numremaining": remaining}
    return Node("data", "", {key: str(value) for key, value in attributes.items()})


def _options(node: Node | None) -> dict[str, bool]:
    options = {"caseinsensitive": False, "showprivate": False}
    for child in node.children if node else ():
        if child.tag == "returnformat":
            continue
        if child.tag not in options or child.text not in ("true", "false"):
            raise refuse("Query Failed", f"Option {child.tag} is not valid")
        options[child.tag] = child.text == "true"
    return options


def _whole(text: str | None, default: int, name: str, *, least: int, most: int) -> int:
    if text is None:
        return default
    if not text.isdigit() or not least <= int(text) <= most:
        raise refuse("Query Failed", f"{name} must be between {least} and {most}")
    return int(text)


def _matching(desk: Desk, definition: Definition, node: Node, options: dict[str, bool]) -> list[Body]:
    condition = node.child("filter")
    inner = condition.children[0] if condition and condition.children else None
    if condition is not None and len(condition.children) != 1:
        raise bad_filter("filter takes exactly one condition")
    ignore_case = options["caseinsensitive"]
    test = compile_filter(desk, definition, inner, ignore_case=ignore_case) if inner else None
    where = Where(visible_at=desk.town.clock.stamp())
    if not ignore_case:
        where = narrowed(definition, inner, where)
    rows = desk.rows(definition.name, where)
    if not desk.location and not options["showprivate"]:
        rows = [row for row in rows if not row.get("MEGAENTITYID")]
    return [row for row in rows if test(row)] if test else rows


def _ordered(desk: Desk, definition: Definition, rows: list[Body], node: Node | None) -> list[Body]:
    """Without an order the real one promises none; ours is deliberately not the record order."""
    if node is None:
        return rows[1::2] + rows[::2]
    if not node.children or any(order.tag != "order" for order in node.children):
        raise refuse("Query Failed", "orderby takes order elements")
    for order in reversed(node.children):
        tags = [child.tag for child in order.children]
        if tags not in (["field"], ["field", "ascending"], ["field", "descending"]):
            raise refuse("Query Failed", "order takes a field and then ascending or descending")
        name = order.children[0].text
        kind = field_type(definition, name)
        rows = sorted(rows, key=_sorter(desk, definition, name, kind), reverse=tags[-1] == "descending")
    return rows


def _sorter(desk: Desk, definition: Definition, name: str, kind: str) -> Any:
    def key(row: Body) -> tuple[bool, Any]:
        text = value_of(desk, definition, row, name)
        return (True, read(text, kind)) if text else (False, 0)

    def safe(row: Body) -> tuple[int, Any]:
        known, value = key(row)
        return (1, value) if known else (0, "")

    return safe


def _aggregated(desk: Desk, definition: Definition, rows: list[Body], columns: list[Node], *, offset: int, size: int) -> Node:
    """Plain fields are the grouping; totalcount is the number of groups."""
    groups: dict[tuple[str, ...], list[Body]] = {}
    plain = [column.text for column in columns if column.tag == "field"]
    for row in rows:
        groups.setdefault(tuple(value_of(desk, definition, row, name) for name in plain), []).append(row)
    if not plain and not groups:
        groups[()] = []
    chosen = list(groups.items())[offset : offset + size]
    data = _data(definition.name, total=len(groups), offset=offset, count=len(chosen))
    for key, members in chosen:
        entry = data.add(definition.name)
        for column in columns:
            if column.tag == "field":
                entry.add(column.text, key[plain.index(column.text)])
            else:
                tag = f"COUNT.{column.text}" if column.tag == "count" else column.text
                entry.add(tag, _aggregate(desk, definition, members, column))
    return data


def _aggregate(desk: Desk, definition: Definition, rows: list[Body], column: Node) -> str:
    texts = [text for row in rows if (text := value_of(desk, definition, row, column.text))]
    if column.tag == "count":
        return str(len(texts))
    kind = field_type(definition, column.text)
    if column.tag in ("sum", "avg") and kind not in ("decimal", "integer"):
        raise refuse("Query Failed", f"{column.tag} needs a number field, not {column.text}")
    if column.tag in ("min", "max"):
        pick = min if column.tag == "min" else max
        return pick(texts, key=lambda text: read(text, kind)) if texts else ""
    total = sum((Decimal(text) for text in texts), Decimal(0))
    return str(total if column.tag == "sum" else total / max(1, len(texts)))
