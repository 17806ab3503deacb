"""AP payments: what is paid on which bill, never more than is due."""

from collections import defaultdict
from decimal import Decimal

from connectors.sandbox.intacct.bill_checks import in_open_period
from connectors.sandbox.intacct.bill_fields import read_fields
from connectors.sandbox.intacct.bill_keeping import set_state, write_totals
from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.dimensions import as_failure
from connectors.sandbox.intacct.failures import invalid, refuse
from connectors.sandbox.intacct.objects import OBJECTS
from connectors.sandbox.intacct.values import BadValue, read_amount, read_date
from connectors.sandbox.state import Body
from connectors.sandbox.transport.xml import Node

HEADER = [
    "FINANCIALENTITY",
    "PAYMENTMETHOD",
    "PAYMENTREQUESTMETHOD",
    "VENDORID",
    "DOCNUMBER",
    "DESCRIPTION",
    "PAYMENTDATE",
    "CURRENCY",
    "BASECURR",
    "EXCH_RATE_DATE",
    "EXCH_RATE_TYPE_ID",
    "AMOUNTTOPAY",
    "ACTION",
]
DETAIL = ("RECORDKEY", "ENTRYKEY", "TRX_PAYMENTAMOUNT", "CURRENCY", "DISCOUNTDATE")


def create_payment(desk: Desk, node: Node) -> Body:
    header = read_fields(node, HEADER, "APPYMT", children=("APPYMTDETAILS",))
    definition = OBJECTS["APPYMT"]
    for name in definition.required:
        if not header.get(name):
            raise refuse("BL03000018", f"Required field {name} is missing.")
    for name, kind in definition.references.items():
        if desk.by_key(kind, header[name]) is None:
            raise invalid(f"Invalid {name} '{header[name]}' specified.")
    if header["PAYMENTMETHOD"] not in definition.enums["PAYMENTMETHOD"]:
        raise refuse("BL03000018", f"Invalid payment method '{header['PAYMENTMETHOD']}'.")
    if header["CURRENCY"] != desk.company["currency"]:
        raise invalid(f"Currency '{header['CURRENCY']}' is not set up in this company.")
    try:
        day = read_date(header["PAYMENTDATE"])
        parts = _parts(desk, node, header["VENDORID"])
    except BadValue as error:
        raise as_failure(error, "PAYMENTDATE or TRX_PAYMENTAMOUNT") from error
    in_open_period(desk, day)
    return _store(desk, header, parts)


def _parts(desk: Desk, node: Node, vendor: str) -> dict[str, Decimal]:
    details = node.child("APPYMTDETAILS")
    amounts: dict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for child in details.children if details else ():
        fields = read_fields(child, DETAIL, "APPYMTDETAIL", children=())
        amounts[fields.get("RECORDKEY", "")] += read_amount(fields.get("TRX_PAYMENTAMOUNT", ""))
    if not amounts:
        raise refuse("BL03000018", "A payment needs at least one detail.")
    for record, amount in amounts.items():
        bill = desk.record("APBILL", record)
        if bill is None or bill["STATE"] not in ("Posted", "Partially Paid") or bill["VENDORID"] != vendor:
            raise invalid(f"Bill {record} cannot be paid by this payment.")
        if amount <= 0 or amount > Decimal(bill["TOTALDUE"]):
            raise refuse("XL03000027", f"The payment amount {amount} is greater than the amount due {bill['TOTALDUE']}.")
    return dict(amounts)


def _store(desk: Desk, header: dict[str, str], parts: dict[str, Decimal]) -> Body:
    draft = header.get("ACTION") == "Draft"
    record = desk.next_record()
    payment: Body = {
        **desk.base(record), **{name: header.get(name, "") for name in HEADER if name != "ACTION"}, "RECORDTYPE": "appayment",
        "STATE": "Draft" if draft else "Confirmed", "RAWSTATE": "D" if draft else "C", "WHENCREATED": header["PAYMENTDATE"],
        "WHENPAID": "" if draft else header["PAYMENTDATE"], "BASECURR": desk.company["currency"], "CLEARED": "false",
    }  # fmt: skip
    write_totals(payment, total=sum(parts.values(), Decimal("0.00")), paid=Decimal("0.00"))
    desk.keep("APPYMT", payment)
    for bill_key, amount in parts.items():
        desk.keep("APPYMTDETAIL", {
            **desk.base(desk.next_record()), "PAYMENTKEY": payment["RECORDNO"], "RECORDKEY": bill_key, "ENTRYKEY": "",
            "PAYMENTAMOUNT": f"{amount:.2f}", "TRX_PAYMENTAMOUNT": f"{amount:.2f}", "CURRENCY": header["CURRENCY"],
            "STATE": payment["STATE"], "WHENPAID": payment["WHENPAID"], "MODULEKEY": "3.AP", "WHENCREATED": desk.stamp(),
        })  # fmt: skip
        if not draft:
            apply_payment(desk, bill_key, amount, paid_on=header["PAYMENTDATE"])
    return payment


def apply_payment(desk: Desk, bill_key: str, amount: Decimal, *, paid_on: str) -> Body:
    bill = desk.record("APBILL", bill_key)
    if bill is None:
        raise invalid(f"Bill {bill_key} does not exist.")
    total, paid = Decimal(bill["TOTALENTERED"]), Decimal(bill["TOTALPAID"]) + amount
    write_totals(bill, total=total, paid=paid)
    set_state(bill, "Paid" if paid == total else "Partially Paid")
    bill["WHENPAID"] = paid_on if paid == total else ""
    desk.keep("APBILL", bill)
    for line in desk.lines("APBILLITEM", bill_key):
        desk.keep("APBILLITEM", {**line, "STATE": bill["STATE"]})
    return bill
