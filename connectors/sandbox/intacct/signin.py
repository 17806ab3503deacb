"""Who may in: sender, company, user, entity; sessions that slide and belong to one endpoint."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.sandbox.intacct.envelope import Envelope
from connectors.sandbox.intacct.failures import ControlFailure, ErrorEntry, SignInFailure
from connectors.sandbox.state import Body
from connectors.sandbox.town import Town
from connectors.sandbox.transport.xml import Node

GATEWAY_PATH = "/intacct/ia/xml/xmlgw.phtml"
INCORRECT = "Sign-in information is incorrect"
UNAUTHORIZED = "Invalid Web Services Authorization"
MAX_WRONG_PASSWORDS = 6


def endpoint_path(company: str) -> str:
    return f"/intacct/e/{company}/ia/xml/xmlgw.phtml"


@dataclass
class SignedIn:
    company: Body
    user: str
    location: str
    sessionid: str
    since: float
    until: float
    path: str

    def authentication(self) -> Node:
        node = Node("authentication")
        for tag, value in (
            ("status", "success"), ("userid", self.user), ("companyid", self.company["companyid"]),
            ("locationid", self.location), ("sessiontimestamp", iso_offset(self.since)),
            ("sessiontimeout", iso_offset(self.until)),
        ):  # fmt: skip
            node.add(tag, value)
        return node


def iso_offset(stamp: float) -> str:
    return datetime.fromtimestamp(int(stamp), UTC).isoformat()


def company_of(town: Town, companyid: str) -> Body | None:
    return town.state.find("intacct", "company", companyid)


def keep_company(town: Town, company: Body) -> None:
    state = town.state
    for number in range(1, 200):
        row = state.get("intacct", "company", number)
        if row is not None and row["companyid"] == company["companyid"]:
            state.put("intacct", "company", number, company, k1=company["companyid"])
            return


def check_sender(town: Town, envelope: Envelope) -> None:
    sender = town.state.find("intacct", "sender", envelope.sender)
    if sender is None or not secrets.compare_digest(sender["password"].encode(), (envelope.control.value("password") or "").encode()):
        text = "Incorrect Intacct XML Partner ID or password."
        raise ControlFailure(ErrorEntry("XL03000006", text, "", "Incorrect Intacct XML Partner ID or password."))
    policy = envelope.control.value("policyid")
    if policy:
        raise ControlFailure(ErrorEntry("XL03000006", f"{policy} is not a valid transport policy."))


def sign_in(town: Town, envelope: Envelope, path: str) -> SignedIn:
    if envelope.sessionid is not None:
        return _resume(town, envelope, path)
    login = envelope.login
    assert login is not None  # the envelope holds one of the two
    company = company_of(town, login.value("companyid") or "")
    if company is None or path not in (GATEWAY_PATH, endpoint_path(company["companyid"])):
        raise _refused(INCORRECT)
    _authorised(company, envelope.sender)
    name = login.value("userid") or ""
    _check_user(town, company, name, login.value("password") or "")
    location = login.value("locationid") or ""
    _check_entity(town, company, location)
    now = town.clock.stamp()
    return SignedIn(company, name, location, "", now, now + _life(company), path)


def _check_user(town: Town, company: Body, name: str, password: str) -> None:
    user = company["users"].get(name)
    if user is None:
        raise _refused(INCORRECT)
    wrong = int(user.get("wrong_passwords", 0))
    if wrong >= MAX_WRONG_PASSWORDS or user["status"] != "active":
        raise _refused(INCORRECT)
    right = secrets.compare_digest(user["password"].encode(), password.encode())
    if wrong or not right:
        user["wrong_passwords"] = 0 if right else wrong + 1
        with town.state.transaction():
            keep_company(town, company)
    if not right:
        raise _refused(INCORRECT)


def _authorised(company: Body, sender: str) -> None:
    if sender not in company["senders"]:
        raise _refused(UNAUTHORIZED)


def _check_entity(town: Town, company: Body, location: str) -> None:
    if not location:
        return
    entity = town.state.find(f"intacct:{company['companyid']}", "LOCATIONENTITY", location)
    if entity is None or entity["STATUS"] != "active":
        raise _refused(INCORRECT)


def _refused(text: str) -> SignInFailure:
    return SignInFailure(ErrorEntry("XL03000006", text, "", "Sign-in information is incorrect"))


def _life(company: Body) -> float:
    return float(company["sessiontimeout_s"])


def _resume(town: Town, envelope: Envelope, path: str) -> SignedIn:
    session = town.state.find("intacct", "session", envelope.sessionid or "")
    now = town.clock.stamp()
    if session is None or session["until"] <= now or path != session["path"] or session["sender"] != envelope.sender:
        raise _refused("Your session has expired or is not valid. Sign in again.")
    company = company_of(town, session["companyid"])
    if company is None or company["users"].get(session["user"], {}).get("status") != "active":
        raise _refused(INCORRECT)
    _authorised(company, envelope.sender)
    session |= {"since": now, "until": now + _life(company)}
    with town.state.transaction():
        town.state.put("intacct", "session", session["id"], session, k1=session["sessionid"])
    return SignedIn(company, session["user"], session["location"], session["sessionid"], now, session["until"], path)


def open_session(town: Town, signed: SignedIn, sender: str, location: str) -> tuple[str, str]:
    """A new session, for the entity or the top level; returns its id and the address it belongs to."""
    _check_entity(town, signed.company, location)
    number = town.state.next_id("intacct:session")
    sessionid = f"{secrets.token_urlsafe(24)}.."
    companyid = signed.company["companyid"]
    now = town.clock.stamp()
    town.state.put("intacct", "session", number, {
        "id": number, "sessionid": sessionid, "companyid": companyid, "user": signed.user, "location": location,
        "sender": sender, "since": now, "until": now + _life(signed.company), "path": endpoint_path(companyid),
    }, k1=sessionid)  # fmt: skip
    return sessionid, town.address + endpoint_path(companyid)


def expire_sessions(town: Town) -> None:
    with town.state.transaction():
        for session in list(town.state.select("intacct", "session")):
            town.state.put("intacct", "session", session["id"], {**session, "until": 0.0}, k1=session["sessionid"])
