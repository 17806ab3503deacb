"""The response envelope: control, operation, authentication, and one result a function."""

from connectors.sandbox.intacct.envelope import Envelope, Function
from connectors.sandbox.intacct.failures import ErrorEntry, SignInFailure, error_message
from connectors.sandbox.messages import Response
from connectors.sandbox.transport.xml import Node, serialize

ECHOED = ("senderid", "controlid", "uniqueid", "dtdversion")


def result(function: Function, status: str, payload: list[Node]) -> Node:
    node = Node("result")
    node.add("status", status)
    node.add("function", function.node.tag)
    node.add("controlid", function.controlid)
    node.children += payload
    return node


def failed(function: Function, errors: list[ErrorEntry], envelope: Envelope, *, status: str = "failure") -> Node:
    return result(function, status, [error_message(errors, extra=envelope.extra)])


def answered(envelope: Envelope, authentication: Node, results: list[Node]) -> Response:
    root = _head(envelope, "success")
    root.add("operation").children = [authentication, *results]
    return _respond(envelope, root)


def control_failure(envelope: Envelope | None, errors: list[ErrorEntry], *, status: int = 200) -> Response:
    root = _head(envelope, "failure")
    root.children.append(error_message(errors, extra=False))
    return _respond(envelope, root, status=status)


def not_signed_in(envelope: Envelope, failure: SignInFailure) -> Response:
    root = _head(envelope, "success")
    operation = root.add("operation")
    authentication = operation.add("authentication")
    authentication.add("status", "failure")
    for tag in ("userid", "companyid", "locationid"):
        authentication.add(tag, (envelope.login.value(tag) if envelope.login else "") or "")
    operation.children.append(error_message(failure.errors, extra=envelope.extra))
    return _respond(envelope, root)


def _head(envelope: Envelope | None, status: str) -> Node:
    root = Node("response")
    control = root.add("control")
    control.add("status", status)
    for tag in ECHOED:
        control.add(tag, (envelope.control.value(tag) if envelope else None) or "")
    return root


def _respond(envelope: Envelope | None, root: Node, *, status: int = 200) -> Response:
    pretty = envelope.pretty if envelope else True
    return Response(status, serialize(root, pretty=pretty), {"Content-Type": "text/xml; charset=UTF-8"})
