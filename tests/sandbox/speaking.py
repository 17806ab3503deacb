"""Bare HTTP to the pretend systems: what a client would send, written out by hand."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import requests

from tests.sandbox_server import Sandbox

_numbers = itertools.count(1)


@dataclass
class ProcoreCaller:
    sandbox: Sandbox
    company_id: int
    token: str

    @classmethod
    def signed_in(cls, sandbox: Sandbox, name: str, *, restricted: bool = False) -> ProcoreCaller:
        pair = sandbox.pair(name)["procore"]
        kind = "restricted_" if restricted else ""
        answer = requests.post(
            f"{sandbox.address}/procore/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": pair[f"{kind}client_id"],
                "client_secret": pair[f"{kind}client_secret"],
            },
            timeout=10,
        )
        return cls(sandbox, pair["company_id"], answer.json()["access_token"])

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Procore-Company-Id": str(self.company_id), **options.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        return requests.request(method, f"{self.sandbox.address}/procore/rest/{path}", headers=headers, timeout=20, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.call("GET", path, params=query)

    def projects(self) -> list[dict[str, Any]]:
        return self.get("v1.1/projects", company_id=self.company_id).json()

    def requisitions(self, project_id: int, **query: Any) -> list[dict[str, Any]]:
        return self.get("v1.1/requisitions", project_id=project_id, per_page=100, **query).json()


@dataclass
class Result:
    status: str
    node: ET.Element

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(e.findtext("errorno", ""), e.findtext("description2", "")) for e in self.node.iter("error")]

    @property
    def errorno(self) -> str:
        return self.errors[0][0]

    @property
    def text(self) -> str:
        return " ".join(text for _, text in self.errors)

    @property
    def record(self) -> str:
        return self.node.findtext("key") or self.node.findtext(".//RECORDNO") or ""

    def rows(self) -> list[dict[str, str]]:
        data = self.node.find("data")
        return [{cell.tag: cell.text or "" for cell in row} for row in data] if data is not None else []


@dataclass
class Answer:
    http: requests.Response
    root: ET.Element
    results: list[Result] = field(default_factory=list)

    @property
    def control(self) -> str:
        return self.root.findtext("control/status", "")

    @property
    def authentication(self) -> str:
        return self.root.findtext("operation/authentication/status", "")

    @property
    def error(self) -> tuple[str, str]:
        node = self.root.find("errormessage/error")
        node = node if node is not None else self.root.find("operation/errormessage/error")
        assert node is not None
        return node.findtext("errorno", ""), node.findtext("description2", "")


@dataclass
class IntacctCaller:
    sandbox: Sandbox
    pair: dict[str, Any]
    url: str
    authentication: str = ""

    @classmethod
    def signed_in(cls, sandbox: Sandbox, name: str, *, location: str | None = None) -> IntacctCaller:
        caller = cls.at_the_gate(sandbox, name)
        inner = "" if location is None else f"<locationid>{location}</locationid>"
        api = caller.ask(f"<getAPISession>{inner}</getAPISession>").results[0].node.find("data/api")
        assert api is not None
        caller.url = api.findtext("endpoint", "")
        caller.authentication = f"<sessionid>{api.findtext('sessionid')}</sessionid>"
        return caller

    @classmethod
    def at_the_gate(cls, sandbox: Sandbox, name: str) -> IntacctCaller:
        caller = cls(sandbox, sandbox.pair(name)["intacct"], f"{sandbox.address}/intacct/ia/xml/xmlgw.phtml")
        caller.authentication = caller.login()
        return caller

    def login(self, **changes: str) -> str:
        values = {"userid": self.pair["user_id"], "companyid": self.pair["company_id"], "password": self.pair["user_password"], **changes}
        return f"<login>{_elements(values)}</login>"

    def envelope(self, content: str, *, transaction: str = "false", control: str | None = None, **changes: str) -> str:
        values = {
            "senderid": self.pair["sender_id"], "password": self.pair["sender_password"], "controlid": "c", "uniqueid": "true",
            "dtdversion": "3.0", "includewhitespace": "false", **changes,
        }  # fmt: skip
        inner = _elements(values) if control is None else control
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><request><control>{inner}</control>'
            f'<operation transaction="{transaction}"><authentication>{self.authentication}</authentication>'
            f"<content>{content}</content></operation></request>"
        )

    def send(self, body: str | bytes, *, content_type: str = "application/xml", url: str | None = None) -> Answer:
        data = body.encode() if isinstance(body, str) else body
        http = requests.post(url or self.url, data=data, headers={"Content-Type": content_type}, timeout=30)
        root = ET.fromstring(http.content)
        results = [Result(node.findtext("status", ""), node) for node in root.iterfind("operation/result")]
        return Answer(http, root, results)

    def ask(self, *functions: str, controlids: list[str] | None = None, **options: str) -> Answer:
        names = controlids or [f"f{next(_numbers)}" for _ in functions]
        content = "".join(f'<function controlid="{name}">{text}</function>' for name, text in zip(names, functions, strict=True))
        return self.send(self.envelope(content, **options))

    def one(self, function: str, **options: str) -> Result:
        return self.ask(function, **options).results[0]

    def query(self, name: str, fields: str, condition: str = "", extra: str = "") -> Result:
        select = "".join(f"<field>{each}</field>" for each in fields.split())
        chosen = f"<filter>{condition}</filter>" if condition else ""
        return self.one(f"<query><object>{name}</object><select>{select}</select>{chosen}{extra}</query>")


def bill(number: str, *, lines: list[dict[str, str]] | None = None, verb: str = "create", **header: str) -> str:
    """A create APBILL; a header value of None leaves the field out."""
    values: dict[str, Any] = {
        "VENDORID": "V-10001", "WHENCREATED": "10/31/2026", "WHENDUE": "11/30/2026", "RECORDID": number, "ACTION": "Draft", **header,
    }  # fmt: skip
    items = "".join(f"<APBILLITEM>{_elements(each)}</APBILLITEM>" for each in ([line()] if lines is None else lines))
    return f"<{verb}><APBILL>{_elements(values)}<APBILLITEMS>{items}</APBILLITEMS></APBILL></{verb}>"


def line(amount: str = "100.00", account: str = "5030", **more: str) -> dict[str, str]:
    return {"ACCOUNTNO": account, "TRX_AMOUNT": amount, "ENTRYDESCRIPTION": "Work", "LOCATIONID": "100", "PROJECTID": "25-101", **more}


def _elements(values: dict[str, Any]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items() if value is not None)
