"""The generic create, update and delete: one function may carry up to a hundred objects, all or none."""

from typing import Any

from connectors.sandbox.intacct import bills, payments
from connectors.sandbox.intacct.bill_fields import read_fields
from connectors.sandbox.intacct.desk import Desk, key_text
from connectors.sandbox.intacct.dimensions import as_failure
from connectors.sandbox.intacct.failures import ErrorEntry, Failure, invalid, refuse, unknown_field
from connectors.sandbox.intacct.objects import OBJECTS, Definition
from connectors.sandbox.intacct.values import BadValue, read
from connectors.sandbox.state import Body, Where
from connectors.sandbox.transport.xml import Node

MAX_OBJECTS = 100
CONTACT_PARTS = ("DISPLAYCONTACT", "MAILADDRESS", "CONTACTINFO", "PAYTO", "RETURNTO")
READ_ONLY = frozenset({"RECORDNO", "WHENCREATED", "WHENMODIFIED", "CREATEDBY", "MODIFIEDBY", "MEGAENTITYID", "MEGAENTITYKEY",
                       "MEGAENTITYNAME", "RECORD_URL", "TOTALDUE"})  # fmt: skip
REFERRERS = {"VENDOR": (("APBILL", "VENDORID"), ("APADJUSTMENT", "VENDORID")), "PROJECT": (("APBILLITEM", "PROJECTID"),)}


def create(desk: Desk, node: Node) -> list[Node]:
    return [_answered(desk, [(child, _create_one(desk, child)) for child in _objects(node)])]


def update(desk: Desk, node: Node) -> list[Node]:
    return [_answered(desk, [(child, _update_one(desk, child)) for child in _objects(node)])]


def _objects(node: Node) -> list[Node]:
    if not 1 <= len(node.children) <= MAX_OBJECTS:
        raise refuse("XL03000009", f"{node.tag} takes 1 to {MAX_OBJECTS} objects, not {len(node.children)}")
    for child in node.children:
        if child.tag not in OBJECTS:
            raise refuse("XL03000009", f"Object definition {child.tag} not found")
    return node.children


def _answered(desk: Desk, pairs: list[tuple[Node, Body]]) -> Node:
    data = Node("data", "", {"listtype": "objects", "count": str(len(pairs))})
    for node, row in pairs:
        entry = data.add(node.tag.lower())
        entry.add("RECORDNO", row["RECORDNO"])
        for name in OBJECTS[node.tag].keys if node.tag not in ("APBILL", "APPYMT") else ():
            entry.add(name, str(row.get(name) or ""))
        if node.tag == "APBILL":
            entry.add("RECORD_URL", f"https://www.intacct.com/ia/acct/ur.phtml?.r={row['RECORDNO']}")
    return data


def _create_one(desk: Desk, node: Node) -> Body:
    if node.tag == "APBILL":
        return bills.create_bill(desk, node)
    if node.tag == "APPYMT":
        return payments.create_payment(desk, node)
    definition = OBJECTS[node.tag]
    if not definition.creatable:
        raise refuse("PL04000005", f"You do not have permission for API operation CREATE on objects of type {node.tag.lower()}")
    try:
        return _create_master(desk, definition, node)
    except Failure as failure:
        raise Failure(*failure.errors, ErrorEntry("BL01001973", f"Could not create {definition.label} record.")) from failure


def _create_master(desk: Desk, definition: Definition, node: Node) -> Body:
    fields = _flat(definition, node)
    for name in definition.required:
        if not fields.get(name):
            raise refuse("BL03000018", f"Required field {name} is missing.", f"Enter a value for {name}.")
    if definition.name == "TASK" and not fields.get("TASKID"):
        fields["TASKID"] = f"T-{desk.town.state.next_id(f'{desk.space}:task')}"
    if definition.name == "COSTTYPE":
        fields["COSTTYPEID"] = fields["STANDARDCOSTTYPEID"]
    _references_exist(desk, definition, fields)
    key = key_text(definition, fields)
    if desk.town.state.find(desk.space, definition.name, key) is not None:
        shown = key.replace("\n", ", ")
        raise refuse("BL34000061", f"Another {definition.label} with the given value(s) {shown} already exists.", "Use a unique value instead.")
    if definition.name == "VENDOR":
        _contact(desk, fields)
    record = desk.next_record()
    blank = {name: "" for name in definition.fields if "." not in name}
    row = {**blank, "STATUS": "active", **fields, **desk.base(record), "WHENCREATED": desk.stamp()}
    if definition.name in ("CUSTOMER", "VENDOR", "PROJECT", "APTERM", "LOCATION"):
        row["MEGAENTITYID"] = row["MEGAENTITYNAME"] = ""  # shared between the entities, as most companies set it
    desk.keep(definition.name, row)
    return row


def _flat(definition: Definition, node: Node, prefix: str = "") -> dict[str, str]:
    """Nested contacts become dotted fields."""
    fields: dict[str, str] = {}
    for child in node.children:
        name = f"{prefix}{child.tag}"
        if child.children and child.tag in CONTACT_PARTS:
            fields |= _flat(definition, child, f"{name}.")
            continue
        kind = definition.type_of(name)
        if kind is None or child.children or name in READ_ONLY - {"RECORDNO"}:
            raise unknown_field(name, definition.name)
        bare = Node(definition.name, children=[Node(child.tag, child.text)])
        read_fields(bare, [child.tag], definition.name, children=())
        _typed(definition, name, child.text, kind)
        fields[name] = child.text
    return fields


def _typed(definition: Definition, name: str, text: str, kind: str) -> None:
    allowed = definition.enums.get(name)
    if text and allowed and text not in allowed:
        raise refuse("BL03000018", f"Invalid value '{text}' for field {name}. Valid values: {', '.join(allowed)}.")
    try:
        if text:
            read(text, kind)
    except BadValue as error:
        raise as_failure(error, name) from error


def _references_exist(desk: Desk, definition: Definition, fields: dict[str, str]) -> None:
    for name, kind in definition.references.items():
        if fields.get(name) and desk.by_key(kind, fields[name]) is None:
            raise invalid(f"Invalid {name} '{fields[name]}' specified.", "Select a valid value.")


def _contact(desk: Desk, fields: dict[str, str]) -> None:
    """A vendor makes a contact named after it; that name is unique in the company."""
    if any(name.startswith("DISPLAYCONTACT.") for name in fields) and not fields.get("DISPLAYCONTACT.PRINTAS"):
        raise refuse("BL03000018", "Required field DISPLAYCONTACT.PRINTAS is missing.")
    contact = fields.setdefault("DISPLAYCONTACT.CONTACTNAME", f"{fields['NAME']}({fields['VENDORID']})")
    for row in desk.town.state.select(desk.space, "VENDOR"):
        if row.get("DISPLAYCONTACT.CONTACTNAME") == contact:
            raise refuse("BL34000061", f"Another Contact with the given value(s) {contact} already exists.", "Use a unique value instead.")


def _update_one(desk: Desk, node: Node) -> Body:
    if node.tag == "APBILL":
        return bills.update_bill(desk, node)
    definition = OBJECTS[node.tag]
    if not definition.creatable or node.tag == "APPYMT":
        raise refuse("PL04000005", f"You do not have permission for API operation UPDATE on objects of type {node.tag.lower()}")
    fields = _flat(definition, node)
    row = _addressed(desk, definition, fields)
    fields.pop("RECORDNO", None)
    _references_exist(desk, definition, fields)
    changed = {**row, **fields}
    if key_text(definition, changed) != key_text(definition, row):
        raise refuse("BL03000018", f"The key of a {definition.label} cannot be changed.")
    desk.keep(definition.name, changed)
    return changed


def _addressed(desk: Desk, definition: Definition, fields: dict[str, str]) -> Body:
    record = fields.get("RECORDNO")
    row = desk.record(definition.name, record) if record else desk.by_key(definition.name, *(fields.get(name, "") for name in definition.keys))
    if row is None:
        raise refuse("BL01001973", f"Cannot find {definition.label} with key '{record or key_text(definition, fields)}'.")
    return row


def delete(desk: Desk, node: Node) -> list[Node]:
    name = (node.value("object") or "").strip()
    if name not in OBJECTS:
        raise refuse("XL03000009", f"Object definition {name} not found")
    records = [part.strip() for part in (node.value("keys") or "").split(",") if part.strip()]
    if not records:
        raise refuse("BL03000018", "Required field keys is missing.")
    for record in records:
        _delete_one(desk, OBJECTS[name], record)
    return []


def _delete_one(desk: Desk, definition: Definition, record: str) -> None:
    if definition.name == "APBILL":
        bills.delete_bill(desk, record)
        return
    row = desk.record(definition.name, record)
    if row is None:
        raise refuse("BL01001973", f"Cannot find {definition.label} with key '{record}'.")
    if not definition.creatable or definition.name == "APPYMT":
        raise refuse("PL04000005", f"You do not have permission for API operation DELETE on objects of type {definition.name.lower()}")
    if _is_used(desk, definition, row):
        raise invalid(f"The {definition.label} is used by transactions and cannot be deleted.", "Make it inactive instead.")
    desk.town.state.delete(desk.space, definition.name, Where(ids=[int(record)]))


def _is_used(desk: Desk, definition: Definition, row: Body) -> bool:
    key: Any = row.get(definition.keys[0])
    return any(other.get(field) == key for kind, field in REFERRERS.get(definition.name, ()) for other in desk.town.state.select(desk.space, kind))
