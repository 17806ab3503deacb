"""What a company tells about itself: preferences, applications, entities, dimensions, rights, object definitions."""

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import invalid, refuse
from connectors.sandbox.intacct.querying import object_named
from connectors.sandbox.intacct.values import write_date
from connectors.sandbox.state import Where
from connectors.sandbox.transport.xml import Node

DIMENSIONS = ("DEPARTMENT", "LOCATION", "PROJECT", "CUSTOMER", "VENDOR", "EMPLOYEE", "ITEM", "CLASS", "TASK", "COSTTYPE")
RIGHTS = ("apbill", "apadjustment", "appayment", "vendor", "glaccount", "project", "task", "costtype", "location", "department", "class")


def get_companyprefs(desk: Desk, node: Node) -> list[Node]:
    application = node.attributes.get("application", "")
    if application not in desk.company["modules"]:
        raise invalid(f"Application '{application}' is not subscribed.")
    values = {
        "AP": {"DUPLICATEBILLS": desk.company["duplicate_bills"], "BILLNUMBERING": str(desk.company["bill_numbering"]).lower()},
        "GL": {"BOOKSCLOSEDTHROUGH": write_date(desk.closed_through)},
        "CO": {"BASECURR": desk.company["currency"], "NAME": desk.company["name"]},
    }.get(application, {})
    data = Node("data", "", {"listtype": "companypref", "count": str(len(values))})
    for name, value in values.items():
        entry = data.add("companypref")
        entry.add("application", application)
        entry.add("name", name)
        entry.add("value", value)
    return [data]


def get_applications(desk: Desk, node: Node) -> list[Node]:
    data = Node("data", "", {"listtype": "application", "count": str(len(desk.company["modules"]))})
    for module in desk.company["modules"]:
        data.add("application", module)
    return [data]


def read_entity_details(desk: Desk, node: Node) -> list[Node]:
    if desk.location:
        raise invalid("readEntityDetails needs a top-level session.")
    rows = desk.rows("LOCATIONENTITY", Where())
    data = Node("data", "", {"listtype": "entitydetails", "count": str(len(rows))})
    for row in rows:
        entry = data.add("entity")
        for name in ("RECORDNO", "LOCATIONID", "NAME", "STATUS", "CURRENCY"):
            entry.add(name, row[name])
    return [data]


def get_dimensions(desk: Desk, node: Node) -> list[Node]:
    data = Node("data", "", {"listtype": "dimensions", "count": str(len(DIMENSIONS))})
    for name in DIMENSIONS:
        entry = data.add("dimension")
        for tag, value in (
            ("objectName", name), ("objectLabel", name.title()), ("termLabel", name.title()), ("userDefinedDimension", "false"),
            ("enabledInGL", "true"),
        ):  # fmt: skip
            entry.add(tag, value)
    return [data]


def get_user_permissions(desk: Desk, node: Node) -> list[Node]:
    name = node.value("userId") or ""
    user = desk.company["users"].get(name)
    if user is None:
        raise refuse("BL03000025", f"Login ID {name} does not exist.")
    data = Node("data", "", {"listtype": "userpermissions", "count": str(len(RIGHTS))})
    rights = "List|View|Add|Edit|Delete" if user["admin"] == "Full" else "List|View"
    for right in RIGHTS:
        entry = data.add("permission")
        entry.add("name", right)
        entry.add("rights", rights)
    return [data]


def lookup(desk: Desk, node: Node) -> list[Node]:
    definition = object_named(node.value("object"), errorno="XL03000009")
    data = Node("data", "", {"listtype": "All", "count": "1"})
    kind = data.add("Type", Name=definition.name, DocumentType="")
    fields = kind.add("Fields")
    for name, type_name in definition.fields.items():
        entry = fields.add("Field")
        values = definition.enums.get(name, ())
        for tag, value in (
            ("ID", name), ("LABEL", name.title()), ("DESCRIPTION", name.title()),
            ("REQUIRED", str(name in definition.required).lower()), ("READONLY", str(not definition.creatable).lower()),
            ("DATATYPE", type_name.upper()), ("ISCUSTOM", "false"),
        ):  # fmt: skip
            entry.add(tag, value)
        if values:
            valid = entry.add("VALIDVALUES")
            for value in values:
                valid.add("VALIDVALUE", value)
    relations = kind.add("Relationships")
    for prefix, (target, own_field) in definition.links.items():
        relation = relations.add("Relationship")
        for tag, value in (("OBJECTPATH", prefix), ("OBJECTNAME", target), ("RELATEDBY", own_field), ("RELATIONSHIPTYPE", "MANY2ONE")):
            relation.add(tag, value)
    return [data]
