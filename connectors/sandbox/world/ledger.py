"""The books of one company in the pretend Sage Intacct: who signs in, accounts, dimensions, vendors; no bills yet."""

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sandbox.world.plan import CLOSED_THROUGH, COST_TYPES
from connectors.sandbox.world.site import Site

SENDER = "onecore_dev"
GATEWAY_USER = "xml_gateway"
MODULES = ("CO", "GL", "AP", "AR", "PO", "PA", "CM", "CN", "MP", "WS")
RETAINAGE_ACCOUNT = "2110"
_FIXED_ACCOUNTS = (  # number, title, account type, normal balance, category, status, required dimensions
    ("1010", "Operating Account", "balancesheet", "debit", "Cash and Cash Equivalents", "active", ""),
    ("1020", "Payroll Account", "balancesheet", "debit", "Cash and Cash Equivalents", "active", ""),
    ("1200", "Accounts Receivable", "balancesheet", "debit", "Accounts Receivable", "active", ""),
    ("1210", "Retainage Receivable", "balancesheet", "debit", "Accounts Receivable", "active", ""),
    ("2000", "Accounts Payable", "balancesheet", "credit", "Accounts Payable", "active", ""),
    ("2110", "Retainage Payable", "balancesheet", "credit", "Accounts Payable", "active", ""),
    ("4000", "Contract Revenue", "incomestatement", "credit", "Revenue", "active", ""),
    ("5000", "Cost of Construction", "incomestatement", "debit", "Header", "active", ""),
    ("5999", "Cost of Construction (old)", "incomestatement", "debit", "Cost of Sales Revenue", "inactive", ""),
    ("6100", "Office Supplies", "incomestatement", "debit", "Operating Expense", "active", "DEPT"),
    ("6200", "Training", "incomestatement", "debit", "Operating Expense", "active", "DEPT CLASS"),
    ("6300", "Equipment Fuel", "incomestatement", "debit", "Operating Expense", "active", "LOC"),
)
REQUIRABLE = ("DEPT", "LOC", "PROJECT", "TASK", "CUSTOMER", "VENDOR", "EMPLOYEE", "ITEM", "CLASS")
_STAMP = "05/04/2026 16:00:00"


def build_ledger(site: Site) -> None:
    _sign_ins(site)
    _accounts(site)
    _places(site)
    _vendors(site)
    _projects(site)
    _small_lists(site)


def account_of(full_code: str) -> str:
    """Cost of one division is one account."""
    return f"5{full_code[:2]}0"


def vendor_id_of(vendor: dict[str, Any]) -> str:
    """Both entries of a duplicate pair are one vendor in the books."""
    position = vendor["twin_of"] if vendor["twin_of"] is not None else vendor["position"]
    return f"V-{10_001 + position}"


def _put(site: Site, kind: str, key: str, body: dict[str, Any], *, k2: str | None = None) -> int:
    record = site.state.next_id(f"{site.ledger}:record")
    full = {"RECORDNO": str(record), **body, "WHENCREATED": _STAMP, "WHENMODIFIED": _STAMP, "MEGAENTITYID": ""}
    site.state.put(site.ledger, kind, record, full, k1=key, k2=k2, updated="2026-05-04T16:00:00Z")
    return record


def _sign_ins(site: Site) -> None:
    plan, state = site.plan, site.state
    if state.find("intacct", "sender", SENDER) is None:
        state.put("intacct", "sender", 1, {"senderid": SENDER, "password": plan.sender_password}, k1=SENDER)
        state.put("intacct", "sender", 2, {"senderid": "stranger", "password": "stranger-password"}, k1="stranger")
    number = state.next_id("intacct:company")
    state.put("intacct", "company", number, {
        "companyid": plan.intacct_id, "name": plan.name, "currency": plan.currency, "senders": [SENDER],
        "users": {
            GATEWAY_USER: {"password": plan.user_password, "status": "active", "type": "Business", "admin": "Full"},
            "retired_user": {"password": plan.user_password, "status": "inactive", "type": "Business", "admin": "No"},
        },
        "closed_through": CLOSED_THROUGH.isoformat(), "duplicate_bills": "refuse", "sessiontimeout_s": 7200, "slots": 6,
        "slot_wait_s": 1.0, "bill_numbering": False, "modules": list(MODULES),
    }, k1=plan.intacct_id)  # fmt: skip


def _accounts(site: Site) -> None:
    for facts in _FIXED_ACCOUNTS:
        _account(site, facts)
    for header in (code for code in site.codes if not code.part):
        _account(site, (account_of(header.full_code), f"Job Cost - {header.name}"[:80], "incomestatement", "debit",
                 "Cost of Sales Revenue", "active", "PROJECT LOC"))  # fmt: skip
    for number, (bank, account) in enumerate((("OPERATING", "1010"), ("PAYROLL", "1020"))):
        _put(site, "CHECKINGACCOUNT", bank, {
            "BANKACCOUNTID": bank, "BANKNAME": "First Sound Bank", "BANKACCOUNTNO": f"xxxx{4410 + number}",
            "GLACCOUNTNO": account, "CURRENCY": site.plan.currency, "STATUS": "active",
        })  # fmt: skip


def _account(site: Site, facts: tuple[str, ...]) -> None:
    number, title, kind, normal, category, status, required = facts
    closing = "closing account" if kind == "incomestatement" else "non-closing account"
    flags = {f"REQUIRE{name}": "true" if name in required.split() else "false" for name in REQUIRABLE}
    _put(site, "GLACCOUNT", number, {
        "ACCOUNTNO": number, "TITLE": title, "ACCOUNTTYPE": kind, "NORMALBALANCE": normal, "CLOSINGTYPE": closing,
        "CATEGORY": category, "STATUS": status, "CLOSINGACCOUNTNO": "", **flags,
    })  # fmt: skip


def _places(site: Site) -> None:
    for row_id, name in (("100", site.plan.name), ("200", f"{site.plan.name} Equipment")):
        row = {"LOCATIONID": row_id, "NAME": name, "STATUS": "active"}
        _put(site, "LOCATIONENTITY", row_id, {**row, "CURRENCY": site.plan.currency})
        _put(site, "LOCATION", row_id, {**row, "PARENTID": "", "ENTITY": row_id})
    for row_id, name, parent in (("110", "Seattle Yard", "100"), ("210", "Equipment Yard", "200")):
        row = {"LOCATIONID": row_id, "NAME": name, "STATUS": "active", "PARENTID": parent, "ENTITY": parent}
        _put(site, "LOCATION", row_id, row)
    for row_id, title in (("OPS", "Operations"), ("EST", "Estimating"), ("ADM", "Administration")):
        row = {"DEPARTMENTID": row_id, "TITLE": title, "PARENTID": "", "STATUS": "active"}
        _put(site, "DEPARTMENT", row_id, row)
    for row_id, name in (("COM", "Commercial"), ("PUB", "Public Works"), ("RES", "Residential")):
        _put(site, "CLASS", row_id, {"CLASSID": row_id, "NAME": name, "DESCRIPTION": "", "PARENTID": "", "STATUS": "active"})


def _vendors(site: Site) -> None:
    for vendor in site.vendors:
        if vendor["twin_of"] is not None:
            continue
        row_id = vendor_id_of(vendor)
        _put(site, "VENDOR", row_id, {
            "VENDORID": row_id, "NAME": vendor["name"][:100], "STATUS": "active" if vendor["is_active"] else "inactive",
            "TAXID": vendor["business_register"]["identifier"], "TERMNAME": "Net 30", "CURRENCY": site.plan.currency,
            "ONHOLD": "false", "DONOTCUTCHECK": "false", "VENDTYPE": "Subcontractor", "PARENTID": "", "COMMENTS": "",
            "RETAINAGEPERCENTAGE": "", "CREDITLIMIT": "", "TOTALDUE": "0.00", "NAME1099": "",
            "DISPLAYCONTACT.CONTACTNAME": f"{vendor['name'][:80]}({row_id})", "DISPLAYCONTACT.PRINTAS": vendor["name"],
            "DISPLAYCONTACT.EMAIL1": vendor["email_address"], "DISPLAYCONTACT.PHONE1": vendor["business_phone"],
            "DISPLAYCONTACT.MAILADDRESS.ADDRESS1": vendor["address"], "DISPLAYCONTACT.MAILADDRESS.CITY": vendor["city"],
            "DISPLAYCONTACT.MAILADDRESS.STATE": vendor["state_code"], "DISPLAYCONTACT.MAILADDRESS.ZIP": vendor["zip"],
        }, k2=vendor["name"])  # fmt: skip


def _projects(site: Site) -> None:
    names = {code.full_code: code.name for code in site.codes}
    for row_id, name in COST_TYPES:
        _put(site, "STANDARDCOSTTYPE", row_id, {
            "STANDARDCOSTTYPEID": row_id, "NAME": name, "DESCRIPTION": "", "ACCUMULATIONTYPENAME": "", "STATUS": "active",
        })  # fmt: skip
    for code in site.codes:
        _put(site, "STANDARDTASK", code.full_code, {
            "STANDARDTASKID": code.full_code, "NAME": code.name, "DESCRIPTION": "", "STATUS": "active",
        })  # fmt: skip
    for project in site.projects:
        number = project["project_number"]
        customer = f"C-{1000 + project['slot'] + 1}"
        _put(site, "PROJECT", number, {
            "PROJECTID": number, "NAME": project["name"], "PROJECTCATEGORY": "Contract", "DESCRIPTION": "", "PARENTID": "",
            "PROJECTSTATUS": "In Progress", "STATUS": "active", "CUSTOMERID": customer, "BEGINDATE": "05/04/2026",
            "ENDDATE": "12/17/2027", "DEPARTMENTID": "", "LOCATIONID": "100", "CLASSID": "COM",
            "CURRENCY": site.plan.currency, "CONTRACTAMOUNT": f"{project['budget'] // 100}.00",
        })  # fmt: skip
        for full_code in sorted(site.used_codes[project["id"]]):
            _task(site, number, full_code, names[full_code])


def _task(site: Site, project_number: str, full_code: str, name: str) -> None:
    record = _put(site, "TASK", f"{project_number}\n{full_code}", {
        "TASKID": full_code, "PROJECTID": project_number, "NAME": name, "TASKSTATUS": "In Progress", "STATUS": "active",
        "STANDARDTASKID": full_code, "DESCRIPTION": "", "BILLABLE": "false",
    })  # fmt: skip
    for row_id, type_name in COST_TYPES:
        _put(site, "COSTTYPE", f"{project_number}\n{full_code}\n{row_id}", {
            "COSTTYPEID": row_id, "STANDARDCOSTTYPEID": row_id, "NAME": type_name, "PROJECTID": project_number,
            "TASKID": full_code, "TASKNAME": name, "TASKKEY": str(record), "STATUS": "active",
        })  # fmt: skip


def _small_lists(site: Site) -> None:
    for slot, name in enumerate(site.plan.project_names):
        row_id = f"C-{1000 + slot + 1}"
        _put(site, "CUSTOMER", row_id, {
            "CUSTOMERID": row_id, "NAME": f"{name} Owner LLC", "STATUS": "active", "TERMNAME": "Net 30",
            "CURRENCY": site.plan.currency, "ONHOLD": "false",
        })  # fmt: skip
    for name, days in (("Net 30", "30"), ("Net 45", "45"), ("Due on receipt", "0")):
        _put(site, "APTERM", name, {"NAME": name, "DESCRIPTION": name, "DUE": days, "STATUS": "active"})
    for row_id, name, kind in (("SUBCONTRACT", "Subcontract work", "Non-Inventory (Purchase only)"),
                           ("MATERIAL", "Materials", "Non-Inventory")):  # fmt: skip
        _put(site, "ITEM", row_id, {"ITEMID": row_id, "NAME": name, "ITEMTYPE": kind, "STATUS": "active", "TAXABLE": "false"})
    _put(site, "TAXDETAIL", "WA Use Tax", {
        "DETAILID": "WA Use Tax", "DESCRIPTION": "Washington use tax", "TAXTYPE": "Purchase", "VALUE": "10.25",
        "TAXSOLUTIONID": "", "STATUS": "active",
    })  # fmt: skip
    for month in range(1, 13):
        start = datetime(2026, month, 1, tzinfo=UTC)
        end = (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        _put(site, "REPORTINGPERIOD", start.strftime("Month Ended %B %Y"), {
            "NAME": start.strftime("Month Ended %B %Y"), "HEADER1": start.strftime("%B"), "HEADER2": "2026",
            "START_DATE": start.strftime("%m/%d/%Y"), "END_DATE": end.strftime("%m/%d/%Y"), "BUDGETING": "true",
            "STATUS": "active",
        })  # fmt: skip
