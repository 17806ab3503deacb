"""The functions the gateway knows, and which of them write."""

from collections.abc import Callable

from connectors.sandbox.intacct import adjustments, bills, company, query_language, querying, reading, writing
from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import refuse
from connectors.sandbox.transport.xml import Node

Function = Callable[[Desk, Node], list[Node]]


def _reverse_bill(desk: Desk, node: Node) -> list[Node]:
    return [Node("key", bills.reverse_bill(desk, node))]


def _create_adjustment(desk: Desk, node: Node) -> list[Node]:
    return [Node("key", adjustments.create_adjustment(desk, node))]


def _delete_bill(desk: Desk, node: Node) -> list[Node]:
    bills.delete_bill(desk, node.attributes.get("key", ""))
    return []


WRITES: dict[str, Function] = {
    "create": writing.create,
    "update": writing.update,
    "delete": writing.delete,
    "delete_bill": _delete_bill,
    "reverse_bill": _reverse_bill,
    "create_apadjustment": _create_adjustment,
}
READS: dict[str, Function] = {
    "query": querying.query,
    "read": reading.read,
    "readByName": reading.read_by_name,
    "readByQuery": query_language.read_by_query,
    "readMore": query_language.read_more,
    "lookup": company.lookup,
    "get_companyprefs": company.get_companyprefs,
    "get_applications": company.get_applications,
    "readEntityDetails": company.read_entity_details,
    "getDimensions": company.get_dimensions,
    "getUserPermissions": company.get_user_permissions,
}


def function_named(tag: str) -> Function:
    function = WRITES.get(tag) or READS.get(tag)
    if function is None:
        raise refuse("XL03000003", f"The function {tag} is not known")
    return function
