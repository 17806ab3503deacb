"""The filter grammar of `query`, as tests over rows; and what of it the file can answer by index."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import refuse, unknown_field
from connectors.sandbox.intacct.objects import OBJECTS, Definition
from connectors.sandbox.intacct.values import BadValue, read, read_moment
from connectors.sandbox.state import Body, Where
from connectors.sandbox.transport.xml import Node

Test = Callable[[Body], bool]
SINGLE = ("equalto", "notequalto", "lessthan", "lessthanorequalto", "greaterthan", "greaterthanorequalto", "like", "notlike")
MANY = ("in", "notin")
EMPTY = ("isnull", "isnotnull")
MAX_VALUES = 1000
BAD_FILTER = "There was an error processing the request."


def bad_filter(text: str) -> Exception:
    return refuse("DL02000001", f"{BAD_FILTER} {text}")


def field_type(definition: Definition, name: str) -> str:
    """The type of a field, dotted paths included; unknown names are refused."""
    kind = definition.type_of(name)
    if kind is not None:
        return kind
    prefix, _, rest = name.partition(".")
    link = definition.links.get(prefix)
    if link and rest:
        return field_type(OBJECTS[link[0]], rest)
    raise unknown_field(name, definition.name)


def value_of(desk: Desk, definition: Definition, row: Body, name: str) -> str:
    if name in row:
        return str(row[name])
    prefix, _, rest = name.partition(".")
    link = definition.links.get(prefix)
    if not link or not rest:
        return ""
    target, own_field = link
    key = str(row.get(own_field) or "")
    found = desk.record(target, key) if own_field.endswith("KEY") else desk.by_key(target, key)
    return value_of(desk, OBJECTS[target], found, rest) if found else ""


def compile_filter(desk: Desk, definition: Definition, node: Node, *, ignore_case: bool) -> Test:
    if node.tag in ("and", "or"):
        if len(node.children) < 2:
            raise bad_filter(f"{node.tag} needs at least two conditions")
        tests = [compile_filter(desk, definition, child, ignore_case=ignore_case) for child in node.children]
        combine = all if node.tag == "and" else any
        return lambda row: combine(test(row) for test in tests)
    name, texts = _parts(node)
    kind = field_type(definition, name)

    def get(row: Body) -> str:
        return value_of(desk, definition, row, name)

    if node.tag in EMPTY:
        return lambda row: (get(row) == "") == (node.tag == "isnull")
    if node.tag in ("like", "notlike"):
        return _like(get, texts[0], positive=node.tag == "like", ignore_case=ignore_case)
    wanted = [_read(text, kind, ignore_case=ignore_case) for text in texts]
    return _comparison(node.tag, get, wanted, kind, ignore_case=ignore_case)


def _parts(node: Node) -> tuple[str, list[str]]:
    """Field first, then as many values as the operator takes."""
    counts = {**dict.fromkeys(SINGLE, (1, 1)), **dict.fromkeys(MANY, (1, MAX_VALUES)), **dict.fromkeys(EMPTY, (0, 0)), "between": (2, 2)}
    if node.tag not in counts:
        raise bad_filter(f"Unknown operator {node.tag}")
    tags = [child.tag for child in node.children]
    least, most = counts[node.tag]
    if not tags or tags[0] != "field" or set(tags[1:]) - {"value"} or not least <= len(tags) - 1 <= most:
        raise bad_filter(f"{node.tag} takes a field and then {least} to {most} values")
    return node.children[0].text, [child.text for child in node.children[1:]]


def _read(text: str, kind: str, *, ignore_case: bool) -> Any:
    try:
        value = read(text, kind)
    except BadValue as error:
        raise bad_filter(str(error)) from error
    return value.lower() if ignore_case and isinstance(value, str) else value


def _comparison(operator: str, get: Callable[[Body], str], wanted: list[Any], kind: str, *, ignore_case: bool) -> Test:
    first = wanted[0]
    checks: dict[str, Callable[[Any], bool]] = {
        "equalto": lambda value: bool(value == first),
        "notequalto": lambda value: bool(value != first),
        "lessthan": lambda value: bool(value < first),
        "lessthanorequalto": lambda value: bool(value <= first),
        "greaterthan": lambda value: bool(value > first),
        "greaterthanorequalto": lambda value: bool(value >= first),
        "between": lambda value: bool(first <= value <= wanted[-1]),
        "in": lambda value: value in wanted,
        "notin": lambda value: value not in wanted,
    }
    check = checks[operator]
    negative = operator in ("notequalto", "notin")

    def test(row: Body) -> bool:
        text = get(row)
        if text == "":
            return negative if kind != "text" else check("")
        return check(_read(text, kind, ignore_case=ignore_case))

    return test


def _like(get: Callable[[Body], str], pattern: str, *, positive: bool, ignore_case: bool) -> Test:
    parts = ("".join(".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in pattern),)
    compiled = re.compile(parts[0], re.DOTALL | (re.IGNORECASE if ignore_case else 0))
    return lambda row: bool(compiled.fullmatch(get(row))) == positive


def narrowed(definition: Definition, node: Node | None, where: Where) -> Where:
    """Equalities on keys and a lower bound on WHENMODIFIED, if all conditions must hold; the full test still follows."""
    if node is None:
        return where
    for condition in node.children if node.tag == "and" else [node]:
        if condition.tag not in ("equalto", "in", "greaterthan", "greaterthanorequalto"):
            continue
        name, texts = _parts(condition)
        where = _narrow(definition, where, name, texts, exact=condition.tag in ("equalto", "in"))
    return where


def _narrow(definition: Definition, where: Where, name: str, texts: list[str], *, exact: bool) -> Where:
    if not exact:
        if name != "WHENMODIFIED":
            return where
        try:
            return replace(where, updated_from=read_moment(texts[0]).strftime("%Y-%m-%dT%H:%M:%SZ"))
        except BadValue:
            return where
    if name in ("RECORDNO", definition.parent_field):
        numbers = [int(text) for text in texts if text.isdigit()]
        return replace(where, ids=numbers) if name == "RECORDNO" else replace(where, parents=numbers)
    if definition.keys == (name,):
        return replace(where, k1=texts)
    if name and name == definition.second_key:
        return replace(where, k2=texts)
    return where
