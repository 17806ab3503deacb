"""Totals, states and the stored rows that bills share with adjustments and payments."""

from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox.intacct.desk import Desk
from connectors.sandbox.intacct.failures import refuse
from connectors.sandbox.intacct.values import write_date
from connectors.sandbox.state import Body
from connectors.sandbox.transport.xml import Node


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


def legacy_parts(node: Node, order: tuple[str, ...]) -> dict[str, Any]:
    positions = [order.index(child.tag) if child.tag in order else -1 for child in node.children]
    if -1 in positions or positions != sorted(set(positions)):
        raise refuse("XL03000003", f"The elements of {node.tag} must be {', '.join(order)}, in that order")
    return {child.tag: child for child in node.children}
