"""The request envelope and the answer's, read into plain data. Pure: credentials come in, nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.kit.xml import Element, parse, text_at

from .config import Settings
from .elements import Node
from .errors import GatewayError, gateway_error

Row = dict[str, str]
"""A flat record: field name, dotted for related fields, in upper case, to text."""

PROLOGUE = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """What one function answered, whatever came of it."""

    control_id: str
    function: str
    status: str  # success, failure, aborted
    errors: tuple[GatewayError, ...] = ()
    key: str = ""
    rows: tuple[Row, ...] = ()
    listed: str = ""
    total: int | None = None
    remaining: int | None = None
    element: Element | None = field(default=None, repr=False, compare=False)

    @property
    def succeeded(self) -> bool:
        return self.status == "success"


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """A parsed response. `control_ok` and `signed_in` False: nothing was carried out at all, `errors` say why."""

    control_ok: bool
    control_id: str
    signed_in: bool = False
    errors: tuple[GatewayError, ...] = ()
    company: str = ""
    entity: str = ""
    session_stamp: str = ""
    session_timeout: str = ""
    results: tuple[FunctionResult, ...] = ()


def login(settings: Settings) -> Node:
    """Authentication by user and password."""
    return Node(
        "authentication",
        [Node("login", [Node("userid", settings.user_id), Node("companyid", settings.company_id), Node("password", settings.user_password)])],
    )


def session(session_id: str) -> Node:
    """Authentication by a session that is open."""
    return Node("authentication", [Node("sessionid", session_id)])


def wrap(content: bytes, *, settings: Settings, authentication: Node, control_id: str, unique: bool) -> bytes:
    """The whole request around `content`, which is taken as it is, byte for byte."""
    control = Node(
        "control",
        [
            Node("senderid", settings.sender_id),
            Node("password", settings.sender_password),
            Node("controlid", control_id),
            Node("uniqueid", "true" if unique else "false"),
            Node("dtdversion", "3.0"),
            Node("includewhitespace", "false"),
            Node("showadditionalerrorinfo", "true"),
        ],
    )
    return b"".join(
        (
            PROLOGUE,
            b"<request>",
            bytes(control),
            b'<operation transaction="false">',
            bytes(authentication),
            b"<content>",
            content,
            b"</content></operation></request>",
        )
    )


def function(control_id: str, call: Node) -> Node:
    """One function of a request. `control_id` is what the gateway's uniqueness check goes by."""
    return Node("function", [call], controlid=control_id)


def read_answer(body: bytes) -> GatewayAnswer | None:
    """The response in `body`, or None for XML that is none. Raises BadBody for anything that is not sound XML."""
    root = parse(body)
    if root.tag != "response":
        return None
    control_ok = text_at(root, "control/status") == "success"
    operation = root.find("operation")
    control_id = text_at(root, "control/controlid")
    if operation is None:
        return GatewayAnswer(control_ok, control_id, errors=_errors(root.find("errormessage")))
    signed_in = text_at(operation, "authentication/status") == "success"
    return GatewayAnswer(
        control_ok=control_ok,
        control_id=control_id,
        signed_in=signed_in,
        errors=_errors(operation.find("errormessage")) or _errors(root.find("errormessage")),
        company=text_at(operation, "authentication/companyid"),
        entity=text_at(operation, "authentication/locationid"),
        session_stamp=text_at(operation, "authentication/sessiontimestamp"),
        session_timeout=text_at(operation, "authentication/sessiontimeout"),
        results=tuple(_result(found) for found in operation.findall("result")),
    )


def _result(found: Element) -> FunctionResult:
    data = found.find("data")
    return FunctionResult(
        control_id=text_at(found, "controlid"),
        function=text_at(found, "function"),
        status=text_at(found, "status"),
        errors=_errors(found.find("errormessage")),
        key=text_at(found, "key"),
        rows=tuple(flat(child) for child in data if isinstance(child.tag, str)) if data is not None else (),
        listed=data.get("listtype", "") if data is not None else "",
        total=_number(data, "totalcount"),
        remaining=_number(data, "numremaining"),
        element=found,
    )


def flat(record: Element) -> Row:
    """A record's fields, nested ones joined by dots. A leaf without children gives itself, so that plain values are rows too."""
    row: Row = {}
    _collect(record, "", row)
    if not row and not len(record):
        row[str(record.tag).upper()] = (record.text or "").strip()
    return row


def _collect(element: Element, prefix: str, row: Row) -> None:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = f"{prefix}{child.tag.upper()}"
        if len(child):
            _collect(child, f"{name}.", row)
        else:
            row.setdefault(name, (child.text or "").strip())


def _number(data: Element | None, name: str) -> int | None:
    text = data.get(name, "") if data is not None else ""
    return int(text) if text.isdigit() else None


def _errors(message: Element | None) -> tuple[GatewayError, ...]:
    return tuple(_error(found) for found in message.findall("error")) if message is not None else ()


def _error(found: Element) -> GatewayError:
    return gateway_error(
        number=text_at(found, "errorno"),
        description=text_at(found, "description"),
        description2=text_at(found, "description2"),
        correction=text_at(found, "correction"),
        error_id=text_at(found, "additionalinfo/errorid") or text_at(found, "errorid"),
    )


def by_control_id(results: Sequence[FunctionResult]) -> dict[str, list[FunctionResult]]:
    """Results by the control id of their function: the order of an answer proves nothing."""
    found: dict[str, list[FunctionResult]] = {}
    for result in results:
        found.setdefault(result.control_id, []).append(result)
    return found
