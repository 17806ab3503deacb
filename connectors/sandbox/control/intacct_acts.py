"""What people do in the pretend Intacct: close a period, block an account or vendor, enter, pay, reverse, delete bills."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox.control.asking import BadRequest, fields, missing
from connectors.sandbox.intacct import bills, payments
from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import Failure
from connectors.sandbox.intacct.signin import company_of, expire_sessions, keep_company
from connectors.sandbox.intacct.values import write_date
from connectors.sandbox.messages import Request
from connectors.sandbox.state import Body
from connectors.sandbox.town import Town
from connectors.sandbox.transport.xml import Node

SETTINGS = ("duplicate_bills", "sessiontimeout_s", "slots", "slot_wait_s", "bill_numbering", "senders", "expire_sessions", "unlock_users")


def _desk(town: Town, company: str, location: str = "") -> Desk:
    row = company_of(town, company)
    if row is None:
        raise missing(f"There is no Intacct company {company}")
    return Desk(town, row, "a person", location)


def close_period(town: Town, request: Request, company: str) -> Any:
    values = fields(request, allowed=("closed_through",))
    try:
        day = date.fromisoformat(str(values.get("closed_through")))
    except ValueError as error:
        raise BadRequest("closed_through must be a date: YYYY-MM-DD") from error
    return {"closed_through": _save(town, company, {"closed_through": day.isoformat()})["closed_through"]}


def change_settings(town: Town, request: Request, company: str) -> Any:
    values = fields(request, allowed=SETTINGS)
    if values.get("duplicate_bills", "refuse") not in ("refuse", "allow"):
        raise BadRequest("duplicate_bills is refuse or allow")
    if values.pop("expire_sessions", False):
        expire_sessions(town)
    unlock = values.pop("unlock_users", False)
    saved = _save(town, company, {name: float(value) if isinstance(value, Decimal) else value for name, value in values.items()})
    if unlock:
        users = {name: {**user, "wrong_passwords": 0} for name, user in saved["users"].items()}
        saved = _save(town, company, {"users": users})
    return {name: saved[name] for name in SETTINGS if name in saved}


def _save(town: Town, company: str, changes: Body) -> Body:
    with town.state.transaction():
        saved = {**_desk(town, company).company, **changes}
        keep_company(town, saved)
    return saved


def change_account(town: Town, request: Request, company: str) -> Any:
    return _switch(town, request, company, "GLACCOUNT")


def change_vendor(town: Town, request: Request, company: str) -> Any:
    return _switch(town, request, company, "VENDOR")


def _switch(town: Town, request: Request, company: str, kind: str) -> Any:
    values = fields(request, allowed=("id", "status"))
    if values.get("status") not in ("active", "inactive"):
        raise BadRequest("status is active or inactive")
    desk = _desk(town, company)
    with town.state.transaction():
        row = desk.by_key(kind, str(values.get("id")))
        if row is None:
            raise missing(f"There is no {kind} {values.get('id')}")
        desk.keep(kind, {**row, "STATUS": values["status"]})
    return {"id": values["id"], "status": values["status"]}


def enter_bill(town: Town, request: Request, company: str) -> Any:
    """A bill somebody typed in: fields as create APBILL takes them, lines as a list; gaps are filled."""
    values = fields(request)
    lines = values.pop("lines", None) or [{"ACCOUNTNO": "5030", "TRX_AMOUNT": "100.00", "LOCATIONID": "100"}]
    today = write_date(town.clock.now().date())
    header = {"WHENCREATED": today, "WHENDUE": today, "DESCRIPTION": "Entered by hand", **values}
    node = Node("APBILL", children=[Node(str(name), str(value)) for name, value in header.items()])
    items = node.add("APBILLITEMS")
    for line in lines:
        entry = items.add("APBILLITEM")
        for name, value in line.items():
            entry.add(str(name), str(value))
    with _spoken(), town.state.transaction():
        bill = bills.create_bill(_desk(town, company), node)
    return _shown(bill)


def delete_bill(town: Town, request: Request, company: str, record: str) -> Any:
    with _spoken(), town.state.transaction():
        bills.delete_bill(_desk(town, company), record)
    return {"deleted": record}


def reverse_bill(town: Town, request: Request, company: str, record: str) -> Any:
    today = town.clock.now().date()
    node = Node("reverse_bill", attributes={"key": record})
    day = node.add("datereversed")
    for tag, value in (("year", today.year), ("month", today.month), ("day", today.day)):
        day.add(tag, str(value))
    desk = _desk(town, company)
    with _spoken(), town.state.transaction():
        bills.reverse_bill(desk, node)
    return _shown(desk.record("APBILL", record) or {})


def pay_bill(town: Town, request: Request, company: str, record: str) -> Any:
    """Pay a bill, in full unless an amount is given, as a confirmed payment of its own."""
    values = fields(request, allowed=("amount", "date"))
    desk = _desk(town, company)
    bill = desk.record("APBILL", record)
    if bill is None:
        raise missing(f"There is no bill {record}")
    day = values.get("date") or town.clock.now().date().isoformat()
    node = Node("APPYMT")
    for tag, value in (
        ("FINANCIALENTITY", "OPERATING"), ("PAYMENTMETHOD", "EFT"), ("VENDORID", bill["VENDORID"]),
        ("PAYMENTDATE", write_date(date.fromisoformat(str(day)))), ("CURRENCY", bill["CURRENCY"]),
    ):  # fmt: skip
        node.add(tag, value)
    detail = node.add("APPYMTDETAILS").add("APPYMTDETAIL")
    detail.add("RECORDKEY", record)
    detail.add("TRX_PAYMENTAMOUNT", str(values.get("amount") or bill["TOTALDUE"]))
    with _spoken(), town.state.transaction():
        payments.create_payment(desk, node)
    return _shown(desk.record("APBILL", record) or {})


@contextmanager
def _spoken() -> Iterator[None]:
    """A refusal of the books becomes a refusal of the control call."""
    try:
        yield
    except Failure as error:
        raise BadRequest(str(error), status=422) from error


def _shown(bill: Body) -> Body:
    names = ("RECORDNO", "VENDORID", "RECORDID", "DESCRIPTION", "STATE", "TOTALENTERED", "TOTALPAID", "TOTALDUE", "CURRENCY")
    return {name: bill.get(name, "") for name in names}
