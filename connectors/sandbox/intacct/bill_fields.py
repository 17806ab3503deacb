"""The fields of a bill as they were sent: known, given once, of their type, not too long."""

from connectors.sandbox.intacct.dimensions import as_failure
from connectors.sandbox.intacct.failures import refuse, unknown_field
from connectors.sandbox.intacct.objects import MAX_LENGTHS
from connectors.sandbox.intacct.values import BadValue, read_amount, read_boolean, read_date
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
Fields = dict[str, str]


def read_bill(node: Node, *, extra: tuple[str, ...]) -> tuple[Fields, list[Fields]]:
    header = read_fields(node, (*HEADER, *extra), "APBILL", children=("APBILLITEMS",))
    items = node.child("APBILLITEMS")
    lines: list[Fields] = []
    for child in items.children if items else ():
        if child.tag not in ("APBILLITEM", "apbillitem"):
            raise unknown_field(child.tag, "APBILLITEMS")
        if child.child("TAXENTRIES") is not None:
            raise refuse("BL01001973", "Tax entries need a tax solution; none is set up in this company.")
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
