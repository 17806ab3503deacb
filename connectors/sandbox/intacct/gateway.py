"""The XML gateway: envelope, sender, sign-in, then function by function with control ids and transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.envelope import Envelope, Function, read_envelope
from connectors.sandbox.intacct.failures import ROLLED_BACK, ControlFailure, ErrorEntry, Failure, SignInFailure
from connectors.sandbox.intacct.functions import WRITES, function_named
from connectors.sandbox.intacct.replies import answered, control_failure, failed, not_signed_in, result
from connectors.sandbox.intacct.signin import (
    GATEWAY_PATH,
    SignedIn,
    check_sender,
    company_of,
    endpoint_path,
    expire_sessions,
    open_session,
    sign_in,
)
from connectors.sandbox.intacct.slots import Slots
from connectors.sandbox.messages import Request, Response
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town
from connectors.sandbox.transport.xml import Node

DUPLICATE = "XL03000999"  # synthetic: the real number is not documented
CONTENT_TYPES = ("application/xml", "text/xml", "x-intacct-xml-request")
MAX_FUNCTIONS = 500


class Intacct:
    def __init__(self, town: Town) -> None:
        self._town = town
        self._slots = Slots()

    # ---- what the frame asks

    def operations(self, request: Request) -> tuple[str, ...]:
        try:
            envelope = read_envelope(request.body)
        except ControlFailure as failure:
            request.parsed = failure
            return ("unreadable",)
        request.parsed = envelope
        return tuple(function.operation for function in envelope.functions)

    @contextmanager
    def admission(self, request: Request) -> Iterator[Response | None]:
        company = self._company_named(request)
        if company is None:
            yield None
            return
        with self._slots.taken(company["companyid"], slots=int(company["slots"]), wait_s=float(company["slot_wait_s"])) as admitted:
            error = ErrorEntry("GW-0010", "Rate limit or concurrency limit reached. Try again later.")
            yield None if admitted else control_failure(request.parsed, [error], status=429)

    def _company_named(self, request: Request) -> Body | None:
        envelope = request.parsed
        if not isinstance(envelope, Envelope):
            return None
        if envelope.login is not None:
            return company_of(self._town, envelope.login.value("companyid") or "")
        session = self._town.state.find("intacct", "session", envelope.sessionid or "")
        return company_of(self._town, session["companyid"]) if session else None

    def answer(self, request: Request) -> Response:
        if request.method != "POST" or not self._is_gateway(request.path):
            return Response(404, b"<html><body>Not found</body></html>", {"Content-Type": "text/html"})
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in CONTENT_TYPES:
            return control_failure(None, [ErrorEntry("GW-0014", "Invalid content type")], status=400)
        if "expire_tokens" in request.effects:
            expire_sessions(self._town)
        if "forget_controlids" in request.effects:
            for company in list(self._town.state.select("intacct", "company")):
                self._town.state.delete(f"intacct:{company['companyid']}", "controlid", Where())
        envelope = request.parsed
        if isinstance(envelope, ControlFailure):
            return control_failure(None, envelope.errors)
        try:
            check_sender(self._town, envelope)
            signed = sign_in(self._town, envelope, request.path)
        except ControlFailure as failure:
            return control_failure(envelope, failure.errors)
        except SignInFailure as failure:
            return not_signed_in(envelope, failure)
        return self._operation(request, envelope, signed)

    def _is_gateway(self, path: str) -> bool:
        if path == GATEWAY_PATH:
            return True
        parts = path.split("/")
        return len(parts) > 3 and path == endpoint_path(parts[3])

    # ---- the operation

    def _operation(self, request: Request, envelope: Envelope, signed: SignedIn) -> Response:
        results = self._run(request, envelope, signed)
        if "reorder_results" in request.effects:
            results = [*reversed(results[1:]), results[0]]
        if "drop_result" in request.effects:
            results = results[:-1]
        return answered(envelope, signed.authentication(), results)

    def _run(self, request: Request, envelope: Envelope, signed: SignedIn) -> list[Node]:
        desk = Desk(self._town, signed.company, signed.user, signed.location, request.late_s, signed.sessionid)
        if len(envelope.functions) > MAX_FUNCTIONS:
            error = ErrorEntry("XL03000003", f"At most {MAX_FUNCTIONS} functions in one request")
            return [failed(function, [error], envelope) for function in envelope.functions]
        if any(function.node.tag == "getAPISession" for function in envelope.functions):
            return self._sessions(envelope, signed)
        if not envelope.transaction:
            return [self._one(desk, envelope, function) for function in envelope.functions]
        return self._all_or_none(desk, envelope)

    def _sessions(self, envelope: Envelope, signed: SignedIn) -> list[Node]:
        function = envelope.functions[0]
        try:
            if len(envelope.functions) > 1:
                raise Failure(ErrorEntry("Get API Session Failed", "getAPISession must be the only function of its request"))
            tags = [child.tag for child in function.node.children]
            if tags not in ([], ["locationid"]):
                raise Failure(ErrorEntry("XL03000003", "getAPISession takes locationid only"))
            location = function.node.children[0].text if tags else signed.location
            self._not_done_before(signed.company["companyid"], envelope, function)
            with self._town.state.transaction():
                sessionid, endpoint = open_session(self._town, signed, envelope.sender, location)
                self._remember(signed.company["companyid"], envelope, function)
        except Failure as failure:
            return [failed(each, failure.errors, envelope) for each in envelope.functions]
        data = Node("data")
        api = data.add("api")
        for tag, value in (("sessionid", sessionid), ("endpoint", endpoint), ("locationid", location)):
            api.add(tag, value)
        return [result(function, "success", [data])]

    def _one(self, desk: Desk, envelope: Envelope, function: Function) -> Node:
        try:
            return self._do(desk, envelope, function)
        except Failure as failure:
            return failed(function, failure.errors, envelope)

    def _do(self, desk: Desk, envelope: Envelope, function: Function) -> Node:
        """Stored and committed, or failed and nothing left behind."""
        run = function_named(function.node.tag)
        with self._town.state.transaction():
            self._not_done_before(desk.company["companyid"], envelope, function)
            payload = run(desk, function.node)
            self._remember(desk.company["companyid"], envelope, function)
        return result(function, "success", payload)

    def _all_or_none(self, desk: Desk, envelope: Envelope) -> list[Node]:
        rolled_back = ErrorEntry("XL03000009", ROLLED_BACK)
        culprit: Function | None = None
        errors: list[ErrorEntry] = []
        try:
            with self._town.state.transaction():
                results = []
                for function in envelope.functions:
                    culprit = function
                    results.append(self._do(desk, envelope, function))
            return results
        except Failure as failure:
            errors = failure.errors
        return [
            failed(function, [*errors, rolled_back], envelope) if function is culprit else failed(function, [rolled_back], envelope, status="aborted")
            for function in envelope.functions
        ]

    # ---- uniqueid

    def _not_done_before(self, company: str, envelope: Envelope, function: Function) -> None:
        key = f"{envelope.sender}\n{function.controlid}"
        if envelope.unique and self._town.state.find(f"intacct:{company}", "controlid", key) is not None:
            text = f"(synthetic) A function with the controlid {function.controlid} has already been executed and completed."
            raise Failure(ErrorEntry(DUPLICATE, text, "Use a new controlid for a new function."))

    def _remember(self, company: str, envelope: Envelope, function: Function) -> None:
        if not envelope.unique and function.node.tag not in WRITES:
            return
        space = f"intacct:{company}"
        number = self._town.state.next_id(f"{space}:controlid")
        key = f"{envelope.sender}\n{function.controlid}"
        self._town.state.put(space, "controlid", number, {"key": key}, k1=key)
