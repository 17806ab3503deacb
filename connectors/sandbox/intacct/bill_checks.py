"""What a bill must satisfy before it is stored: vendor, terms, number, open period, accounts and dimensions."""

from datetime import date

from connectors.sandbox.intacct.bill_fields import LINE, Fields
from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.dimensions import account_of, line_dimensions
from connectors.sandbox.intacct.failures import invalid, refuse
from connectors.sandbox.intacct.values import read_amount, write_date
from connectors.sandbox.state import Body, Where

PRIORITIES = ("urgent", "high", "normal", "low")
MAX_LINES = 1000


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
    if header.get("TAXSOLUTIONID") or header.get("INCLUSIVETAX") == "true":
        raise invalid("Tax solutions are not set up in this company.", "Send the bill without tax.")
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
