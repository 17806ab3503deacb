"""read and readByName: whole records by their keys; lines come with a bill."""

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import refuse, unknown_field
from connectors.sandbox.intacct.objects import OBJECTS, Definition
from connectors.sandbox.intacct.querying import object_named
from connectors.sandbox.state import Body
from connectors.sandbox.transport.xml import Node

MAX_KEYS = 100
OWNED = {"APBILL": ("APBILLITEMS", "APBILLITEM"), "APADJUSTMENT": ("APADJUSTMENTITEMS", "APADJUSTMENTITEM"),
         "APPYMT": ("APPYMTDETAILS", "APPYMTDETAIL")}  # fmt: skip


def read(desk: Desk, node: Node) -> list[Node]:
    definition = object_named(node.value("object"), errorno="DL02000001")
    return [_answer(desk, definition, node, [desk.record(definition.name, key) for key in _keys(node)])]


def read_by_name(desk: Desk, node: Node) -> list[Node]:
    definition = object_named(node.value("object"), errorno="DL02000001")
    if definition.name in OWNED or len(definition.keys) != 1:
        raise refuse("DL02000001", f"There was an error processing the request. {definition.name} has no name to read by")
    return [_answer(desk, definition, node, [desk.by_key(definition.name, key) for key in _keys(node)])]


def _keys(node: Node) -> list[str]:
    keys = [part.strip() for part in (node.value("keys") or "").split(",") if part.strip()]
    if not 1 <= len(keys) <= MAX_KEYS:
        raise refuse("DL02000001", f"There was an error processing the request. Give 1 to {MAX_KEYS} keys")
    return keys


def wanted_fields(definition: Definition, text: str | None) -> list[str]:
    names = [part.strip() for part in (text or "*").split(",") if part.strip()]
    if names == ["*"]:
        return list(definition.fields)
    for name in names:
        if definition.type_of(name) is None:
            raise unknown_field(name, definition.name)
    return names


def _answer(desk: Desk, definition: Definition, node: Node, rows: list[Body | None]) -> Node:
    """Keys that do not exist are simply absent."""
    names = wanted_fields(definition, node.value("fields"))
    found = [row for row in rows if row is not None]
    data = Node("data", "", {"listtype": definition.name, "count": str(len(found))})
    for row in found:
        entry = data.add(definition.name)
        for name in names:
            entry.add(name, str(row.get(name) or ""))
        owned = OWNED.get(definition.name)
        if owned and (node.value("fields") or "*").strip() == "*":
            holder = entry.add(owned[0])
            for line in desk.lines(owned[1], row["RECORDNO"]):
                line_node = holder.add(owned[1].lower())
                for name in OBJECTS[owned[1]].fields:
                    line_node.add(name, str(line.get(name) or ""))
    return data
