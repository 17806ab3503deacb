"""The parts an adapter is opened with, kept in memory, and answers as the gateway writes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from connectors.intacct.auth import sign_in
from connectors.intacct.config import Settings, read_settings
from connectors.intacct.ledger import IntacctLedger, open_ledger
from connectors.port.connector import CallRecord, Endpoints, Grant, Knobs, Opening, SignIn, Signing, Token
from connectors.port.drafts import Bill, DraftLine, VendorCredit

API = "https://api.intacct.com/ia/xml/xmlgw.phtml"
COMPANY = "https://eu3.intacct.com/ia/xml/xmlgw.phtml"
NOW = 1_790_000_000.0
CONFIG = {
    "sender_id": "onecore_dev",
    "sender_password": "s3nder & <secret>",
    "company_id": "CASCADIA",
    "user_id": "xml_gateway",
    "user_password": "us3r-secret",
    "entity_id": "",
    "base_currency": "USD",
}


@dataclass
class Journal:
    calls: list[CallRecord] = field(default_factory=list)

    def wrote(self, call: CallRecord) -> None:
        self.calls.append(call)


@dataclass
class Tokens:
    """Keeps one session in memory; `renew` opens another by really signing in where `signing` is given."""

    held: Token = field(default_factory=lambda: Token("session-1", NOW + 1000, extra=(("endpoint", COMPANY), ("entity", ""))))
    signing: Signing | None = None
    renewed: int = 0
    ends: list[float] = field(default_factory=list)

    def token(self) -> Token:
        return self.held

    def renew(self, spent: Token) -> Token:
        self.renewed += 1
        if self.signing is not None:
            self.held = sign_in(self.signing, Grant(SignIn.SESSION))
        else:
            self.held = Token(f"session-{self.renewed + 1}", NOW + 1000, extra=spent.extra)
        return self.held

    def touched(self, token: Token, *, expires_at: float) -> None:
        self.ends.append(expires_at)


class Throttle:
    @contextmanager
    def slot(self) -> Iterator[None]:
        yield

    def learned(self, *, remaining: int | None, reset_at: float | None, retry_after_s: float | None) -> None:
        """The gateway sends no budgets."""


def signing(*, api: str = API, journal: Journal | None = None, knobs: Knobs | None = None, now: float = NOW, **config: str) -> Signing:
    return Signing(
        config=CONFIG | config,
        endpoints=Endpoints(api=api),
        journal=journal or Journal(),
        knobs=knobs or Knobs(read_s=5, total_s=10),
        now=lambda: now,
    )


def opened(tokens: Tokens | None = None, *, journal: Journal | None = None, api: str = API, **config: str) -> IntacctLedger:
    base = signing(api=api, journal=journal, **config)
    return open_ledger(
        Opening(
            config=base.config,
            endpoints=base.endpoints,
            journal=base.journal,
            knobs=base.knobs,
            now=base.now,
            tokens=tokens or Tokens(),
            throttle=Throttle(),
        )
    )


def settings(**config: str) -> Settings:
    return read_settings(CONFIG | config)


def line(**given: Any) -> DraftLine:
    return DraftLine(**({"account": "5010", "amount": Decimal("100.00"), "memo": "Concrete", "location": "100"} | given))


def bill(**given: Any) -> Bill:
    base = {
        "vendor": "V-10023",
        "number": "INV-7",
        "bill_date": date(2026, 10, 5),
        "due_date": date(2026, 11, 4),
        "gl_date": date(2026, 10, 31),
        "currency": "USD",
        "reference": "SC-001",
        "description": "Requisition 3 of SC-001",
        "token": "OC7K2M9QX4TB",
        "lines": (line(),),
    }
    return Bill(**(base | given))


def credit(**given: Any) -> VendorCredit:
    base = {
        "vendor": "V-10023",
        "number": "CR-7",
        "credit_date": date(2026, 10, 5),
        "gl_date": date(2026, 10, 31),
        "currency": "USD",
        "reference": "SC-001",
        "description": "Credit of SC-001",
        "token": "OC7K2M9QX4TB",
        "lines": (line(amount=Decimal("40.25")),),
        "corrects": "INV-6",
    }
    return VendorCredit(**(base | given))


def response(*results: str, control_id: str = "", stamps: bool = True) -> str:
    """A response with sign-in accepted, around ready-made `result` elements. `control_id` is left out where it is empty."""
    times = (
        "<sessiontimestamp>2026-10-05T08:00:00+00:00</sessiontimestamp><sessiontimeout>2026-10-05T10:00:00+00:00</sessiontimeout>" if stamps else ""
    )
    shown = f"<controlid>{control_id}</controlid>" if control_id else ""
    return (
        f"<response><control><status>success</status><senderid>onecore_dev</senderid>{shown}</control><operation>"
        f"<authentication><status>success</status><userid>xml_gateway</userid><companyid>CASCADIA</companyid><locationid/>{times}</authentication>"
        f"{''.join(results)}</operation></response>"
    )


def result(control_id: str, body: str, *, function: str = "create", status: str = "success") -> str:
    return f"<result><status>{status}</status><function>{function}</function><controlid>{control_id}</controlid>{body}</result>"


def rows(control_id: str, object_: str, *records: dict[str, str], remaining: int = 0) -> str:
    """A `query` result with flat records."""
    inner = "".join(f"<{object_}>{''.join(f'<{tag}>{escape(text)}</{tag}>' for tag, text in record.items())}</{object_}>" for record in records)
    count = len(records)
    data = f'<data listtype="{object_}" totalcount="{count + remaining}" offset="0" count="{count}" numremaining="{remaining}">{inner}</data>'
    return result(control_id, data, function="query")


def error(number: str, text: str, *, detail: str = "", correction: str = "") -> str:
    return (
        f"<error><errorno>{number}</errorno><description>{escape(text)}</description><description2>{escape(detail)}</description2>"
        f"<correction>{escape(correction)}</correction></error>"
    )


def failed(control_id: str, *errors: str, function: str = "create", status: str = "failure") -> str:
    return result(control_id, f"<errormessage>{''.join(errors)}</errormessage>", function=function, status=status)


def sign_in_failed(number: str = "XL03000006", text: str = "Sign-in information is incorrect") -> str:
    return (
        "<response><control><status>success</status></control><operation><authentication><status>failure</status></authentication>"
        f"<errormessage>{error(number, text)}</errormessage></operation></response>"
    )


def control_failed(number: str, text: str) -> str:
    return f"<response><control><status>failure</status></control><errormessage>{error(number, text)}</errormessage></response>"


def session_opened(*, endpoint: str = COMPANY, session: str = "session-9") -> str:
    api = f"<data><api><sessionid>{session}</sessionid><endpoint>{endpoint}</endpoint><locationid/></api></data>"
    return response(result("onecore-sign-in", api, function="getAPISession"))
