"""Sage Intacct's lists as References: a table of what to ask, and how a row reads. Bank details are never asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.intacct.envelope import Row
from connectors.port.refs import Kind, Reference

REQUIRES = {
    "REQUIREDEPT": "department",
    "REQUIRELOC": "location",
    "REQUIREPROJECT": "project",
    "REQUIRETASK": "task",
    "REQUIRECUSTOMER": "customer",
    "REQUIREVENDOR": "vendor",
    "REQUIREEMPLOYEE": "employee",
    "REQUIREITEM": "item",
    "REQUIRECLASS": "class",
}
_YES = frozenset({"true", "t", "yes", "y", "1"})
_CONTACT = "DISPLAYCONTACT"


@dataclass(frozen=True, slots=True)
class Listing:
    """One object that feeds a kind. `optional`: a company may not have it, then the list is simply shorter."""

    object: str
    fields: tuple[str, ...]
    read: Callable[[Row], Reference]
    optional: bool = False
    dated: bool = True  # carries WHENMODIFIED, so that only changes can be asked for


def account(row: Row) -> Reference:
    """A general ledger account. Whether a bank account uses it is added by `tied_to_bank`."""
    status, kind = row.get("STATUS", ""), row.get("ACCOUNTTYPE", "")
    requires = [word for flag, word in REQUIRES.items() if is_yes(row.get(flag, ""))]
    retainage = _is_retainage(row)
    attributes = {
        "account_type": _type_of(kind, row.get("NORMALBALANCE", "")),
        "category": row.get("CATEGORY", ""),
        "normal_balance": row.get("NORMALBALANCE", ""),
        "closing_type": row.get("CLOSINGTYPE", ""),
        "requires": requires,
        "retainage": retainage,
        "control": "" if retainage else _control_of(row),  # retainage stands among the payables, and bill lines do book to it
        "header": is_header(row),
    }
    why = _why_not_account(row, attributes)
    return _reference(Kind.ACCOUNT, row, "ACCOUNTNO", "TITLE", active=is_active(status), why_not=why, attributes=attributes)


def tied_to_bank(reference: Reference, bank: str) -> Reference:
    """The account again, refused: Sage Intacct takes no bank account on a bill."""
    return Reference(
        kind=reference.kind,
        remote_id=reference.remote_id,
        code=reference.code,
        name=reference.name,
        active=reference.active,
        selectable=False,
        why_not=f"Bank account {bank} uses it; Sage Intacct takes no bank account on a bill line.",
        parent=reference.parent,
        attributes={**reference.attributes, "bank": bank},
    )


def is_header(row: Row) -> bool:
    """True for an account that groups others and takes no postings."""
    words = f"{row.get('STATUS', '')} {row.get('ACCOUNTTYPE', '')} {row.get('CLOSINGTYPE', '')} {row.get('CATEGORY', '')}".lower()
    return "non-posting" in words or "nonposting" in words or "header" in words


def is_active(status: str) -> bool:
    """The display word of a status; a list without one counts as active."""
    return not status or status.lower().startswith("active") or status == "T"


def is_yes(text: str) -> bool:
    """True in any of the spellings of the gateway."""
    return text.strip().lower() in _YES


def _why_not_account(row: Row, attributes: dict[str, Any]) -> str:
    number = row.get("ACCOUNTNO", "")
    if not is_active(row.get("STATUS", "")):
        return f"Account {number} is inactive in Sage Intacct."
    if attributes["header"]:
        return f"Account {number} is a heading; Sage Intacct posts nothing to it."
    if attributes["control"]:
        return f"Account {number} is the control account of {attributes['control']}; postings reach it through bills and payments only."
    return ""


def _type_of(kind: str, normal_balance: str) -> str:
    """The account's type in words: Sage Intacct tells only the statement and the side an account stands on."""
    if kind.lower() != "incomestatement":
        return "balance sheet" if kind else ""
    return "income" if normal_balance.lower() == "credit" else "expense"


def _is_retainage(row: Row) -> bool:
    words = f"{row.get('CATEGORY', '')} {row.get('TITLE', '')}".lower()
    return "retainage" in words or "retention" in words


def _control_of(row: Row) -> str:
    words = {row.get("CATEGORY", "").strip().lower(), row.get("TITLE", "").strip().lower()}
    for plain, names in (("payables", {"accounts payable", "trade payables"}), ("receivables", {"accounts receivable", "trade receivables"})):
        if words & names:
            return plain
    return ""


def _vendor(row: Row) -> Reference:
    address = {
        name: row.get(f"{_CONTACT}.MAILADDRESS.{field}", "")
        for name, field in (
            ("street", "ADDRESS1"),
            ("street2", "ADDRESS2"),
            ("city", "CITY"),
            ("state", "STATE"),
            ("postcode", "ZIP"),
            ("country", "COUNTRY"),
        )
    }
    attributes = {
        "tax_id": row.get("TAXID", ""),
        "email": row.get(f"{_CONTACT}.EMAIL1", ""),
        "phone": row.get(f"{_CONTACT}.PHONE1", ""),
        "company_name": row.get(f"{_CONTACT}.COMPANYNAME", ""),
        "address": {name: value for name, value in address.items() if value},
        "currency": row.get("CURRENCY", ""),
        "terms": row.get("TERMNAME", ""),
        "on_hold": is_yes(row.get("ONHOLD", "")),
        "do_not_pay": is_yes(row.get("DONOTCUTCHECK", "")),
    }
    why = "" if is_active(row.get("STATUS", "")) else f"Vendor {row.get('VENDORID', '')} is inactive in Sage Intacct."
    return _reference(Kind.VENDOR, row, "VENDORID", "NAME", why_not=why, attributes=attributes)


def _plain(kind: Kind, key: str, name: str, *, keep: tuple[str, ...] = (), parent: tuple[str, ...] = (), **fixed: Any) -> Callable[[Row], Reference]:
    """A reader for a list without peculiarities. `keep`: fields worth keeping, under their own names in lower case."""

    def read(row: Row) -> Reference:
        attributes = {field.lower().replace(".", "_"): row[field] for field in keep if row.get(field)} | fixed
        scope = "/".join(row.get(field, "") for field in parent)
        why = "" if is_active(row.get("STATUS", "")) else f"{row.get(key, '')} is inactive in Sage Intacct."
        return _reference(kind, row, key, name, why_not=why, parent=scope, attributes=attributes)

    return read


def _reference(
    kind: Kind,
    row: Row,
    key: str,
    name: str,
    *,
    active: bool | None = None,
    why_not: str = "",
    parent: str = "",
    attributes: dict[str, Any],
) -> Reference:
    code = row.get(key, "")
    return Reference(
        kind=kind,
        remote_id=code,
        code=code,
        name=row.get(name) or code,
        active=is_active(row.get("STATUS", "")) if active is None else active,
        selectable=not why_not,
        why_not=why_not,
        parent=parent,
        attributes=attributes,
    )


def _listing(object_: str, read: Callable[[Row], Reference], fields: str, *, optional: bool = False, dated: bool = True) -> Listing:
    return Listing(object_, ("RECORDNO", *fields.split()), read, optional=optional, dated=dated)


_VENDOR_FIELDS = (
    "VENDORID NAME STATUS ONHOLD DONOTCUTCHECK TAXID CURRENCY TERMNAME DISPLAYCONTACT.COMPANYNAME DISPLAYCONTACT.PHONE1 DISPLAYCONTACT.EMAIL1 "
    "DISPLAYCONTACT.MAILADDRESS.ADDRESS1 DISPLAYCONTACT.MAILADDRESS.ADDRESS2 DISPLAYCONTACT.MAILADDRESS.CITY DISPLAYCONTACT.MAILADDRESS.STATE "
    "DISPLAYCONTACT.MAILADDRESS.ZIP DISPLAYCONTACT.MAILADDRESS.COUNTRY"
)
_PROJECT_KEEP = ("PROJECTCATEGORY", "PROJECTSTATUS", "CUSTOMERID", "LOCATIONID", "DEPARTMENTID", "CLASSID", "PARENTID")

LISTINGS: dict[Kind, tuple[Listing, ...]] = {
    Kind.ACCOUNT: (_listing("GLACCOUNT", account, f"ACCOUNTNO TITLE ACCOUNTTYPE NORMALBALANCE CLOSINGTYPE CATEGORY STATUS {' '.join(REQUIRES)}"),),
    Kind.VENDOR: (_listing("VENDOR", _vendor, _VENDOR_FIELDS),),
    Kind.PROJECT: (
        _listing("PROJECT", _plain(Kind.PROJECT, "PROJECTID", "NAME", keep=_PROJECT_KEEP), f"PROJECTID NAME STATUS {' '.join(_PROJECT_KEEP)}"),
    ),
    Kind.TASK: (
        _listing("STANDARDTASK", _plain(Kind.TASK, "STANDARDTASKID", "NAME", standard=True), "STANDARDTASKID NAME STATUS", optional=True),
        _listing(
            "TASK",
            _plain(Kind.TASK, "TASKID", "NAME", keep=("TASKSTATUS", "ITEMID", "CLASSID"), parent=("PROJECTID",)),
            "TASKID NAME PROJECTID TASKSTATUS ITEMID CLASSID STATUS",
            optional=True,
        ),
    ),
    Kind.COST_TYPE: (
        _listing(
            "STANDARDCOSTTYPE",
            _plain(Kind.COST_TYPE, "STANDARDCOSTTYPEID", "NAME", keep=("ACCOUNTNO", "ITEMID"), standard=True),
            "STANDARDCOSTTYPEID NAME ACCOUNTNO ITEMID STATUS",
            optional=True,
        ),
        _listing(
            "COSTTYPE",
            _plain(Kind.COST_TYPE, "COSTTYPEID", "NAME", parent=("PROJECTID", "TASKID")),
            "COSTTYPEID NAME PROJECTID TASKID STATUS",
            optional=True,
        ),
    ),
    Kind.CLASS: (_listing("CLASS", _plain(Kind.CLASS, "CLASSID", "NAME", keep=("PARENTID",)), "CLASSID NAME PARENTID STATUS", optional=True),),
    Kind.DEPARTMENT: (
        _listing("DEPARTMENT", _plain(Kind.DEPARTMENT, "DEPARTMENTID", "TITLE", keep=("PARENTID",)), "DEPARTMENTID TITLE PARENTID STATUS"),
    ),
    Kind.LOCATION: (_listing("LOCATION", _plain(Kind.LOCATION, "LOCATIONID", "NAME", keep=("PARENTID",)), "LOCATIONID NAME PARENTID STATUS"),),
    Kind.ENTITY: (
        _listing("LOCATIONENTITY", _plain(Kind.ENTITY, "LOCATIONID", "NAME", keep=("CURRENCY",)), "LOCATIONID NAME CURRENCY STATUS", optional=True),
    ),
    Kind.ITEM: (
        _listing("ITEM", _plain(Kind.ITEM, "ITEMID", "NAME", keep=("ITEMTYPE", "GLGROUP")), "ITEMID NAME ITEMTYPE GLGROUP STATUS", optional=True),
    ),
    Kind.CUSTOMER: (
        _listing("CUSTOMER", _plain(Kind.CUSTOMER, "CUSTOMERID", "NAME", keep=("CURRENCY",)), "CUSTOMERID NAME CURRENCY STATUS", optional=True),
    ),
    Kind.TERM: (_listing("APTERM", _plain(Kind.TERM, "NAME", "NAME"), "NAME STATUS", dated=False),),
    Kind.TAX_CODE: (
        _listing("TAXDETAIL", _plain(Kind.TAX_CODE, "DETAILID", "DESCRIPTION"), "DETAILID DESCRIPTION STATUS", optional=True, dated=False),
    ),
}
BANK_FIELDS = ("RECORDNO", "BANKACCOUNTID", "GLACCOUNTNO")
BANK_OBJECTS = ("CHECKINGACCOUNT", "SAVINGSACCOUNT")
