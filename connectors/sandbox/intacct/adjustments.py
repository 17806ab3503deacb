"""Vendor credits: create_apadjustment, a legacy function whose elements have one order only.

A negative total is a debit memo, which reduces what is owed; a positive one a credit memo, which adds to it.
"""

from decimal import Decimal

from connectors.sandbox.intacct.bill_checks import check_header, in_open_period
from connectors.sandbox.intacct.bill_fields import Fields
from connectors.sandbox.intacct.bill_keeping import keep_bill, legacy_date, set_state, write_totals
from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.dimensions import account_of, as_failure, line_dimensions
from connectors.sandbox.intacct.failures import ErrorEntry, Failure, refuse
from connectors.sandbox.intacct.objects import MAX_LENGTHS
from connectors.sandbox.intacct.values import BadValue, read_amount, read_date
from connectors.sandbox.state import Body, Where
from connectors.sandbox.transport.xml import Node

ORDER = (
    "vendorid", "datecreated", "dateposted", "batchkey", "adjustmentno", "action", "billno", "description", "externalid", "basecurr",
    "currency", "exchratedate", "exchratetype", "exchrate", "nogl", "customfields", "inclusivetax", "taxsolutionid",
    "apadjustmentitems",
)  # fmt: skip
LINE_ORDER = (
    "glaccountno", "accountlabel", "offsetglaccountno", "amount", "allocationid", "memo", "locationid", "departmentid", "item1099",
    "form1099type", "form1099box", "key", "totalpaid", "totaldue", "customfields", "projectid", "taskid", "costtypeid", "customerid",
    "vendorid", "employeeid", "itemid", "classid", "contractid", "warehouseid", "billable", "totaltrxamount", "partialexempt",
    "taxentries",
)  # fmt: skip
LIMITS = {"adjustmentno": MAX_LENGTHS["RECORDID"], "billno": MAX_LENGTHS["RECORDID"], "description": MAX_LENGTHS["DESCRIPTION"],
          "memo": MAX_LENGTHS["ENTRYDESCRIPTION"], "vendorid": MAX_LENGTHS["VENDORID"]}  # fmt: skip
GENERIC = "Currently, we can't create the transaction. Could not create APAdjustment record."


def create_adjustment(desk: Desk, node: Node) -> str:
    in_order(node, ORDER)
    try:
        return _store(desk, node)
    except Failure as failure:
        if failure.errors[0].errorno == "XL03000003":
            raise
        raise Failure(*failure.errors, ErrorEntry("BL01001973", GENERIC)) from failure


def in_order(node: Node, order: tuple[str, ...]) -> None:
    positions = [order.index(child.tag) if child.tag in order else -1 for child in node.children]
    if -1 in positions:
        stranger = node.children[positions.index(-1)].tag
        raise refuse("XL03000003", f"Element {stranger} is not allowed in {node.tag}")
    if positions != sorted(set(positions)):
        raise refuse("XL03000003", f"The elements of {node.tag} are not in the required order")
    for child in node.children:
        limit = LIMITS.get(child.tag)
        if limit and len(child.text) > limit:
            raise refuse("BL03000018", f"The value of {child.tag} is too long: at most {limit} characters.")


def _store(desk: Desk, node: Node) -> str:
    header = _header(node)
    check_header(desk, header)
    items = node.child("apadjustmentitems")
    lines = [_line(desk, child, number) for number, child in enumerate(items.children if items else (), start=1)]
    if not lines:
        raise refuse("BL03000018", "At least one line item is required.")
    total = sum((Decimal(line["TRX_AMOUNT"]) for line in lines), Decimal("0.00"))
    if not total:
        raise refuse("BL01001973", "The total of an adjustment cannot be zero.", "Enter an amount.")
    number = header["RECORDID"]
    if number and desk.company["duplicate_bills"] != "allow":
        for other in desk.town.state.select(desk.space, "APADJUSTMENT", Where(k1=[header["VENDORID"]], k2=[number])):
            if other["STATE"] != "Reversed":
                raise refuse("BL34000061", f"Another APAdjustment with the given value(s) {number} already exists.")
    in_open_period(desk, read_date(header["WHENPOSTED"]))
    record = desk.next_record()
    vendor = desk.by_key("VENDOR", header["VENDORID"]) or {}
    row: Body = {
        **desk.base(record), **header, "RECORDTYPE": "apadjustment", "MODULEKEY": "3.AP", "AUWHENCREATED": desk.stamp(),
        "RECORDID": number or f"ADJ-{record}", "WHENPAID": "", "CURRENCY": header["CURRENCY"] or desk.company["currency"],
        "BASECURR": desk.company["currency"], "VENDORNAME": vendor.get("NAME", ""), "PRBATCH": "", "EXCHANGE_RATE": "",
    }  # fmt: skip
    action = row.pop("ACTION")
    set_state(row, "Draft" if action == "Draft" else "Posted")
    write_totals(row, total=total, paid=Decimal("0.00"))
    keep_bill(desk, "APADJUSTMENT", "APADJUSTMENTITEM", row, lines)
    return str(record)


def _header(node: Node) -> Fields:
    vendor = node.value("vendorid") or ""
    if not vendor:
        raise refuse("BL03000018", "Required field vendorid is missing.")
    created = legacy_date(node.child("datecreated"), "datecreated", required=True)
    posted = legacy_date(node.child("dateposted"), "dateposted", required=False)
    action = node.value("action") or "Submit"
    if action not in ("Submit", "Draft"):
        raise refuse("BL03002129", f"Invalid action '{action}'. Use Draft or Submit.")
    return {
        "VENDORID": vendor, "WHENCREATED": created, "WHENPOSTED": posted or created, "RECORDID": node.value("adjustmentno") or "",
        "BILLNO": node.value("billno") or "", "DOCNUMBER": node.value("billno") or "", "ACTION": action,
        "DESCRIPTION": node.value("description") or "", "CURRENCY": node.value("currency") or "",
        "BASECURR": node.value("basecurr") or "", "TAXSOLUTIONID": node.value("taxsolutionid") or "",
        "INCLUSIVETAX": node.value("inclusivetax") or "",
    }  # fmt: skip


def _line(desk: Desk, node: Node, number: int) -> Body:
    if node.tag != "lineitem":
        raise refuse("XL03000003", f"Element {node.tag} is not allowed in apadjustmentitems")
    in_order(node, LINE_ORDER)
    if node.child("glaccountno") is None or not node.value("amount"):
        raise refuse("BL03000018", f"Line {number}: glaccountno and amount are required.")
    try:
        amount = str(read_amount(node.value("amount") or ""))
    except BadValue as error:
        raise as_failure(error, "amount") from error
    account = account_of(desk, node.value("glaccountno") or "")
    values = {name.upper(): node.value(name) or "" for name in (
        "locationid", "departmentid", "projectid", "taskid", "costtypeid", "customerid", "vendorid", "employeeid", "itemid", "classid",
        "contractid", "warehouseid",
    )}  # fmt: skip
    return {
        **values, **line_dimensions(desk, values, account), "ACCOUNTNO": account["ACCOUNTNO"], "ACCOUNTTITLE": account["TITLE"],
        "AMOUNT": amount, "TRX_AMOUNT": amount, "ENTRYDESCRIPTION": node.value("memo") or "", "LINE_NO": str(number),
    }  # fmt: skip
