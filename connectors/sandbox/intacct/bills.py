"""AP bills: what a create or update must hold, the totals, the closed period, the duplicate number."""

from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.dimensions import account_of, as_failure, line_dimensions
from connectors.sandbox.intacct.failures import ErrorEntry, Failure, invalid, refuse, unknown_field
from connectors.sandbox.intacct.objects import MAX_LENGTHS
from connectors.sandbox.intacct.values import BadValue, read_amount, read_boolean, read_date, write_date
from connectors.sandbox.state import Body, Where
from connectors.sandbox.transport.xml import Node

HEADER = [
    "VENDORID",
    "WHENCREATED",
    "WHENPOSTED",
    "BILLTOPAYTOCONTACTNAME",
    "SHIPTORETURNTOCONTACTNAME",
    "RECORDID",
    "DOCNUMBER",
    "DESCRIPTION",
    "TERMNAME",
    "RECPAYMENTDATE",
    "SUPDOCID",
    "WHENDUE",
    "PAYMENTPRIORITY",
    "ONHOLD",
    "PRBATCH",
    "CURRENCY",
    "BASECURR",
    "EXCH_RATE_DATE",
    "EXCH_RATE_TYPE_ID",
    "EXCHANGE_RATE",
    "INCLUSIVETAX",
    "ACTION",
    "TAXSOLUTIONID",
]
LINE = [
    "ACCOUNTNO",
    "ACCOUNTLABEL",
    "OFFSETGLACCOUNTNO",
    "TRX_AMOUNT",
    "TOTALTRXAMOUNT",
    "ENTRYDESCRIPTION",
    "FORM1099",
    "FORM1099TYPE",
    "FORM1099BOX",
    "BILLABLE",
    "ALLOCATION",
    "LOCATIONID",
    "DEPARTMENTID",
    "PROJECTID",
    "TASKID",
    "COSTTYPEID",
    "CUSTOMERID",
    "VENDORID",
    "EMPLOYEEID",
    "ITEMID",
    "CLASSID",
    "CONTRACTID",
    "WAREHOUSEID",
    "PARTIALEXEMPT",
    "TAXENTRIES",
]
DATES = ("WHENCREATED", "WHENPOSTED", "WHENDUE", "RECPAYMENTDATE", "EXCH_RATE_DATE")
BOOLEANS = ("ONHOLD", "INCLUSIVETAX", "FORM1099", "BILLABLE", "PARTIALEXEMPT")
PRIORITIES = ("urgent", "high", "normal", "low")
MAX_LINES = 1000
GENERIC = "Currently, we can't create the transaction. Could not create APBill record."
NOT_FOUND = "Oops, we can't find this transaction; enter a valid transaction."

Fields = dict[str, str]


def create_bill(desk: Desk, node: Node) -> Body:
    header, lines = read_bill(node, extra=())
    try:
        return _store(desk, header, lines)
    except Failure as failure:
        raise Failure(*failure.errors, ErrorEntry("BL01001973", GENERIC)) from failure


def _store(desk: Desk, header: Fields, lines: list[Fields]) -> Body:
    action = header.get("ACTION") or "Submit"
    if action not in ("Submit", "Draft"):
        raise refuse("BL03002129", f"Invalid action '{action}'. Use Draft or Submit.")
    needed = ("VENDORID", "WHENCREATED", "WHENDUE") if action == "Submit" else ("VENDORID",)
    for name in needed:
        if not header.get(name):
            raise refuse("BL03000018", f"Required field {name} is missing.", f"Enter a value for {name}.")
    check_header(desk, header)
    if not header.get("RECORDID") and not desk.company["bill_numbering"]:
        raise refuse("BL03002128", "Bill number is missing.", "Enter a Bill number, and try again.")
    check_duplicate(desk, header["VENDORID"], header.get("RECORDID", ""), own=None)
    record = desk.next_record()
    today = write_date(desk.town.clock.now().date())
    created = header.get("WHENCREATED") or today
    bill: Body = {
        **desk.base(record), **{name: "" for name in HEADER if name != "ACTION"}, **header, "WHENCREATED": created,
        "RECORDTYPE": "apbill", "MODULEKEY": "3.AP", "AUWHENCREATED": desk.stamp(),
        "WHENPOSTED": header.get("WHENPOSTED") or created, "WHENDUE": header.get("WHENDUE") or created, "WHENPAID": "",
        "CURRENCY": header.get("CURRENCY") or desk.company["currency"], "BASECURR": desk.company["currency"],
        "PAYMENTPRIORITY": header.get("PAYMENTPRIORITY") or "normal", "ONHOLD": header.get("ONHOLD") or "false",
        "RECORDID": header.get("RECORDID") or f"BILL-{record}", "SYSTEMGENERATED": "F",
        "VENDORNAME": desk.by_key("VENDOR", header["VENDORID"])["NAME"],  # type: ignore[index]
    }  # fmt: skip
    bill.pop("ACTION", None)
    in_open_period(desk, read_date(bill["WHENPOSTED"]))
    stored = checked_lines(desk, lines)
    set_state(bill, "Draft" if action == "Draft" else "Posted")
    set_totals(bill, stored, "bill")
    keep_bill(desk, "APBILL", "APBILLITEM", bill, stored)
    return bill


def read_bill(node: Node, *, extra: tuple[str, ...]) -> tuple[Fields, list[Fields]]:
    header = read_fields(node, (*HEADER, *extra), "APBILL", children=("APBILLITEMS",))
    items = node.child("APBILLITEMS")
    lines: list[Fields] = []
    for child in items.children if items else ():
        if child.tag not in ("APBILLITEM", "apbillitem"):
            raise unknown_field(child.tag, "APBILLITEMS")
        lines.append(read_fields(child, (*LINE, "LINE_NO"), "APBILLITEM", children=("TAXENTRIES",)))
    return header, lines


def read_fields(node: Node, known: tuple[str, ...] | list[str], object_name: str, *, children: tuple[str, ...]) -> Fields:
    """Element texts by name; each name once, known, of its type and not too long."""
    fields: Fields = {}
    for child in node.children:
        name = child.tag
        if name in children:
            continue
        if name not in known or child.children:
            raise unknown_field(name, object_name)
        if name in fields:
            raise refuse("DL02000001", f"There was an error processing the request. Field {name} is given twice on {object_name}")
        _check_text(name, child.text)
        fields[name] = child.text
    return fields


def _check_text(name: str, text: str) -> None:
    limit = MAX_LENGTHS.get(name)
    if limit and len(text) > limit:
        raise refuse("BL03000018", f"The value of field {name} is too long: {len(text)} characters, at most {limit}.",
                     f"Shorten {name} and try again.")  # fmt: skip
    if not text:
        return
    try:
        if name in DATES:
            read_date(text)
        elif name in BOOLEANS:
            read_boolean(text)
        elif name in ("TRX_AMOUNT", "TOTALTRXAMOUNT"):
            read_amount(text)
    except BadValue as error:
        raise as_failure(error, name) from error


def check_header(desk: Desk, header: Fields) -> None:
    vendor = desk.by_key("VENDOR", header.get("VENDORID", ""))
    if vendor is None:
        raise invalid(f"Invalid Vendor '{header.get('VENDORID', '')}' specified.", "Select a valid vendor.")
    if vendor["STATUS"] != "active":
        raise invalid(f"Vendor '{vendor['VENDORID']}' is inactive.", f"Activate the vendor {vendor['VENDORID']} and try again.")
    if header.get("TERMNAME") and desk.by_key("APTERM", header["TERMNAME"]) is None:
        raise invalid(f"Invalid AP term '{header['TERMNAME']}' specified.", "Select a valid term.")
    if header.get("PAYMENTPRIORITY") and header["PAYMENTPRIORITY"] not in PRIORITIES:
        raise refuse("BL03000018", f"Invalid payment priority '{header['PAYMENTPRIORITY']}'.")
    currency = header.get("CURRENCY") or desk.company["currency"]
    base = header.get("BASECURR") or desk.company["currency"]
    if currency != desk.company["currency"] or base != desk.company["currency"]:
        raise invalid(f"Currency '{currency}' is not set up in this company.", "Multi-currency is not enabled.")
    if header.get("EXCHANGE_RATE") and header.get("EXCH_RATE_TYPE_ID"):
        raise refuse("BL03000018", "Give either EXCHANGE_RATE or EXCH_RATE_TYPE_ID, not both.")
    if header.get("SUPDOCID"):
        raise invalid(f"Attachment '{header['SUPDOCID']}' does not exist.", "Create the attachment first.")


def check_duplicate(desk: Desk, vendor: str, number: str, *, own: str | None) -> None:
    if not number or desk.company["duplicate_bills"] == "allow":
        return
    for row in desk.town.state.select(desk.space, "APBILL", Where(k1=[vendor], k2=[number])):
        if row["STATE"] != "Reversed" and row["RECORDNO"] != own:
            raise refuse("BL34000061", f"Another APBill with the given value(s) {number} already exists for the vendor {vendor}.",
                         "Use a unique value instead.")  # fmt: skip


def in_open_period(desk: Desk, day: date) -> None:
    closed = desk.closed_through
    if day <= closed:
        first = write_date(date.fromordinal(closed.toordinal() + 1))
        raise refuse("BL01001973", f"The period of {write_date(day)} is closed. Date must be on or after {first}",
                     "Change the date or open the period.")  # fmt: skip


def checked_lines(desk: Desk, lines: list[Fields]) -> list[Body]:
    if not lines:
        raise refuse("BL03000018", "At least one line item is required.", "Add a line item and try again.")
    if len(lines) > MAX_LINES:
        raise refuse("BL03000018", f"A bill has at most {MAX_LINES} line items.")
    return [_checked_line(desk, fields, number) for number, fields in enumerate(lines, start=1)]


def _checked_line(desk: Desk, fields: Fields, number: int) -> Body:
    if fields.get("ACCOUNTLABEL"):
        raise refuse("BL03000018", f"Line {number}: account labels are not enabled in this company.", "Use ACCOUNTNO.")
    if not fields.get("ACCOUNTNO"):
        raise refuse("BL03000018", f"Line {number}: Required field ACCOUNTNO is missing.", "Enter a GL account.")
    if not fields.get("TRX_AMOUNT"):
        raise refuse("BL03000018", f"Line {number}: Required field TRX_AMOUNT is missing.", "Enter an amount.")
    account = account_of(desk, fields["ACCOUNTNO"])
    amount = str(read_amount(fields["TRX_AMOUNT"]))
    dimensions = line_dimensions(desk, fields, account)
    return {
        **{name: fields.get(name, "") for name in LINE if name != "TAXENTRIES"}, **dimensions, "ACCOUNTKEY": account["RECORDNO"],
        "ACCOUNTTITLE": account["TITLE"], "AMOUNT": amount, "TRX_AMOUNT": amount, "LINE_NO": str(number),
        "TOTALPAID": "0", "TRX_TOTALPAID": "0", "TRX_AMOUNTRETAINED": "", "TRX_AMOUNTRELEASED": "",
    }  # fmt: skip


def set_state(bill: Body, state: str) -> None:
    codes = {"Draft": "D", "Posted": "A", "Partially Paid": "A", "Paid": "A", "Reversed": "V", "Selected": "A"}
    bill["STATE"], bill["RAWSTATE"] = state, codes[state]


def set_totals(bill: Body, lines: list[Body], what: str) -> None:
    total = sum((Decimal(line["TRX_AMOUNT"]) for line in lines), Decimal("0.00"))
    if total < 0:
        raise refuse("BL01001973", f"The total of a {what} cannot be negative: {total}.", "Enter an adjustment instead.")
    write_totals(bill, total=total, paid=Decimal("0.00"))


def write_totals(bill: Body, *, total: Decimal, paid: Decimal) -> None:
    values = {"TOTALENTERED": total, "TOTALSELECTED": Decimal("0.00"), "TOTALPAID": paid, "TOTALDUE": total - paid}
    for name, value in values.items():
        bill[name] = bill[f"TRX_{name}"] = f"{value:.2f}"


def keep_bill(desk: Desk, kind: str, line_kind: str, bill: Body, lines: list[Body]) -> None:
    desk.keep(kind, bill)
    for line in lines:
        line |= {
            **desk.base(desk.next_record()), "RECORDKEY": bill["RECORDNO"], "RECORDTYPE": bill["RECORDTYPE"],
            "WHENCREATED": desk.stamp(), "ENTRY_DATE": bill["WHENPOSTED"], "STATE": bill["STATE"], "CURRENCY": bill["CURRENCY"],
            "BASECURR": bill["BASECURR"], "MEGAENTITYID": bill["MEGAENTITYID"],
        }  # fmt: skip
        desk.keep(line_kind, line)


def update_bill(desk: Desk, node: Node) -> Body:
    header, lines = read_bill(node, extra=("RECORDNO",))
    bill = desk.record("APBILL", header.pop("RECORDNO", ""))
    if bill is None or bill["STATE"] == "Reversed" or Decimal(bill["TOTALPAID"]):
        raise invalid(NOT_FOUND, "Only unpaid bills can be changed.")
    replaces = node.child("APBILLITEMS") is not None
    draft = bill["STATE"] == "Draft"
    action = header.pop("ACTION", "")
    if action not in ("", "Submit", "Draft") or (action == "Draft" and not draft):
        raise refuse("BL03002129", f"Action '{action}' is not valid for a bill in state {bill['STATE']}.")
    if not header.get("WHENDUE") and not draft:
        raise refuse("BL03000018", "Required field WHENDUE is missing.", "Enter a value for WHENDUE.")
    before = desk.lines("APBILLITEM", bill["RECORDNO"])
    if replaces and not draft and len(lines) != len(before):
        raise refuse("BL03002101", "The number of line items has changed.",
                     "Remove the extra line item in the request, then reclassify the bill.")  # fmt: skip
    in_open_period(desk, read_date(bill["WHENPOSTED"]))
    changed: Body = {**bill, **header}
    check_header(desk, changed)
    check_duplicate(desk, changed["VENDORID"], changed["RECORDID"], own=bill["RECORDNO"])
    in_open_period(desk, read_date(changed["WHENPOSTED"]))
    if draft and action == "Submit":
        set_state(changed, "Posted")
    if replaces:
        stored = checked_lines(desk, lines)
        set_totals(changed, stored, "bill")
        desk.town.state.delete(desk.space, "APBILLITEM", Where(parents=[int(bill["RECORDNO"])]))
        keep_bill(desk, "APBILL", "APBILLITEM", changed, stored)
    else:
        desk.keep("APBILL", changed)
        for line in before:
            desk.keep("APBILLITEM", {**line, "STATE": changed["STATE"]})
    return changed


def legacy_date(node: Node | None, name: str, *, required: bool) -> str:
    """year, month and day children."""
    if node is None or not node.children:
        if required:
            raise refuse("BL03000018", f"Required field {name} is missing.")
        return ""
    parts = [child.tag for child in node.children]
    if parts != ["year", "month", "day"]:
        raise refuse("XL03000003", f"{name} must hold year, month and day")
    try:
        return write_date(date(*(int(child.text) for child in node.children)))
    except ValueError as error:
        raise refuse("BL03000018", f"Invalid date in {name}.") from error


def reverse_bill(desk: Desk, node: Node) -> str:
    values = _legacy(node, ("datereversed", "description"))
    bill = desk.record("APBILL", node.attributes.get("key", ""))
    day = legacy_date(values.get("datereversed"), "datereversed", required=True)
    if bill is None or bill["STATE"] == "Reversed":
        raise invalid(NOT_FOUND)
    if bill["STATE"] != "Posted" or Decimal(bill["TOTALPAID"]):
        raise refuse("BL03002129", f"A bill in state {bill['STATE']} cannot be reversed.")
    in_open_period(desk, read_date(day))
    set_state(bill, "Reversed")
    for name in ("TOTALDUE", "TRX_TOTALDUE"):
        bill[name] = "0.00"
    desk.keep("APBILL", bill)
    return str(bill["RECORDNO"])


def _legacy(node: Node, order: tuple[str, ...]) -> dict[str, Any]:
    positions = [order.index(child.tag) if child.tag in order else -1 for child in node.children]
    if -1 in positions or positions != sorted(set(positions)):
        raise refuse("XL03000003", f"The elements of {node.tag} must be {', '.join(order)}, in that order")
    return {child.tag: child for child in node.children}


def delete_bill(desk: Desk, record: str) -> None:
    bill = desk.record("APBILL", record)
    if bill is None:
        raise invalid(NOT_FOUND)
    if bill["STATE"] not in ("Draft", "Posted") or Decimal(bill["TOTALPAID"]):
        raise refuse("BL03002129", f"A bill in state {bill['STATE']} cannot be deleted.")
    if bill["STATE"] == "Posted":
        in_open_period(desk, read_date(bill["WHENPOSTED"]))
    desk.town.state.delete(desk.space, "APBILLITEM", Where(parents=[int(record)]))
    desk.town.state.delete(desk.space, "APBILL", Where(ids=[int(record)]))
