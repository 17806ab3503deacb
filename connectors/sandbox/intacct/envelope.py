"""The request envelope: every element where it belongs, or the whole request is refused with XL03000003."""

from dataclasses import dataclass

from connectors.sandbox.intacct.failures import ControlFailure, ErrorEntry
from connectors.sandbox.transport.xml import BadXml, Node, parse

CONTROL = (
    "senderid", "password", "controlid", "uniqueid", "dtdversion", "policyid", "includewhitespace", "showadditionalerrorinfo",
)  # fmt: skip
CONTROL_REQUIRED = ("senderid", "password", "controlid", "dtdversion")
LOGIN = ("userid", "companyid", "password", "clientid", "locationid")
LOGIN_REQUIRED = ("userid", "companyid", "password")
MAX_CONTROL_ID = 256


@dataclass
class Function:
    controlid: str
    node: Node

    @property
    def operation(self) -> str:
        """`create APBILL`, `query VENDOR`, `reverse_bill`: what weather and counts go by."""
        node = self.node
        if node.tag in ("create", "update"):
            return f"{node.tag} {node.children[0].tag}" if node.children else node.tag
        target = node.value("object") or node.attributes.get("object")
        return f"{node.tag} {target.strip()}" if target else node.tag


@dataclass
class Envelope:
    control: Node
    transaction: bool
    login: Node | None
    sessionid: str | None
    functions: list[Function]

    @property
    def unique(self) -> bool:
        return (self.control.value("uniqueid") or "true") == "true"

    @property
    def sender(self) -> str:
        return self.control.value("senderid") or ""

    @property
    def pretty(self) -> bool:
        return (self.control.value("includewhitespace") or "true") == "true"

    @property
    def extra(self) -> bool:
        return self.control.value("showadditionalerrorinfo") == "true"


def read_envelope(body: bytes) -> Envelope:
    try:
        root = parse(body)
    except BadXml as error:
        raise _broken(f"XML parse error: {error}") from error
    if root.tag != "request" or [child.tag for child in root.children] != ["control", "operation"]:
        raise _broken("The document must be request(control, operation)")
    control, operation = root.children
    _ordered(control, CONTROL, CONTROL_REQUIRED)
    for flag in ("uniqueid", "includewhitespace", "showadditionalerrorinfo"):
        if control.value(flag) not in (None, "true", "false"):
            raise _broken(f"{flag} must be true or false")
    if control.value("dtdversion") != "3.0":
        raise _broken("dtdversion must be 3.0")
    _control_id(control.value("controlid"), "control/controlid")
    transaction = operation.attributes.get("transaction", "false")
    if transaction not in ("true", "false"):
        raise _broken("operation transaction must be true or false")
    if [child.tag for child in operation.children] != ["authentication", "content"]:
        raise _broken("operation must hold authentication and content")
    login, sessionid = _authentication(operation.children[0])
    functions = _functions(operation.children[1])
    return Envelope(control, transaction == "true", login, sessionid, functions)


def _broken(text: str) -> ControlFailure:
    return ControlFailure(ErrorEntry("XL03000003", text, "", "XML document is invalid"))


def _ordered(node: Node, order: tuple[str, ...], required: tuple[str, ...]) -> None:
    tags = [child.tag for child in node.children]
    unknown = [tag for tag in tags if tag not in order]
    if unknown:
        raise _broken(f"Element {unknown[0]} is not allowed in {node.tag}")
    positions = [order.index(tag) for tag in tags]
    if positions != sorted(set(positions)):
        raise _broken(f"The elements of {node.tag} are not in the order {', '.join(order)}")
    missing = [tag for tag in required if not node.value(tag)]
    if missing:
        raise _broken(f"Element {missing[0]} is missing in {node.tag}")


def _control_id(value: str | None, place: str) -> str:
    if not value or len(value) > MAX_CONTROL_ID:
        raise _broken(f"{place} must have 1 to {MAX_CONTROL_ID} characters")
    return value


def _authentication(node: Node) -> tuple[Node | None, str | None]:
    tags = [child.tag for child in node.children]
    if tags == ["sessionid"]:
        if not node.children[0].text:
            raise _broken("sessionid is empty")
        return None, node.children[0].text
    if tags == ["login"]:
        _ordered(node.children[0], LOGIN, LOGIN_REQUIRED)
        return node.children[0], None
    raise _broken("authentication must hold login or sessionid")


def _functions(content: Node) -> list[Function]:
    if not content.children:
        raise _broken("content holds no function")
    functions: list[Function] = []
    for node in content.children:
        if node.tag != "function":
            raise _broken(f"Element {node.tag} is not allowed in content")
        controlid = _control_id(node.attributes.get("controlid"), "function controlid")
        if len(node.children) != 1:
            raise _broken("A function must hold exactly one element")
        functions.append(Function(controlid, node.children[0]))
    return functions
