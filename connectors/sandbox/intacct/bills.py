"""AP bills: what a create or update must hold, the totals, the closed period, the duplicate number."""

from decimal import Decimal

from connectors.sandbox.intacct.bill_checks import check_duplicate, check_header, checked_lines, in_open_period
from connectors.sandbox.intacct.bill_fields import HEADER, Fields, read_bill
from connectors.sandbox.intacct.bill_keeping import keep_bill, legacy_date, legacy_parts, set_state, set_totals
from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import ErrorEntry, Failure, invalid, refuse
from connectors.sandbox.intacct.values import read_date, write_date
from connectors.sandbox.state import Body, Where
from connectors.sandbox.transport.xml import Node

GENERIC = "Currently, we can't create the transaction. Could not create APBill record."
NOT_FOUND = "Oops, we can't find this transaction; enter a valid transaction."


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


def reverse_bill(desk: Desk, node: Node) -> str:
    values = legacy_parts(node, ("datereversed", "description"))
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
