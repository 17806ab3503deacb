"""Drafts as gateway functions. The same draft always gives the same bytes.

Bills use the generic, order-free grammar; adjustments exist only in the legacy grammar, whose order is strict.
"""

from __future__ import annotations

from decimal import Decimal

from connectors.intacct.config import Settings
from connectors.intacct.elements import Node, amount, given, slashed, split_date
from connectors.intacct.envelope import function
from connectors.port.drafts import Bill, DraftLine, Operation, VendorCredit, VendorDraft, draft_kind
from connectors.port.errors import Misfit
from connectors.port.ledger import KeyedDraft

from .fitting import with_token

DAILY_RATE = "Intacct Daily Rate"
CREDIT_SIGN = Decimal(-1)
"""An adjustment with a negative amount is a debit memo: it reduces what is owed to the vendor."""


def composed(item: KeyedDraft, *, settings: Settings) -> Node:
    """The `function` element of one draft; its control id is the idempotency key."""
    if item.operation is not Operation.CREATE and not item.ledger_ref:
        raise Misfit(f"To {item.operation} a document of Sage Intacct, its record number is needed, and there is none.")
    return function(item.key, _call(item, settings))


def _call(item: KeyedDraft, settings: Settings) -> Node:
    draft, operation = item.draft, item.operation
    if operation is Operation.VOID and isinstance(draft, Bill | VendorCredit):
        return _void(item, draft)
    if isinstance(draft, Bill) and operation is Operation.CREATE:
        return Node("create", [Node("APBILL", _bill(draft, settings))])
    if isinstance(draft, Bill):
        return Node("update", [Node("APBILL", [Node("RECORDNO", item.ledger_ref), *_bill(draft, settings)])])
    if isinstance(draft, VendorCredit) and operation is Operation.CREATE:
        return Node("create_apadjustment", _adjustment(draft, settings))
    if isinstance(draft, VendorDraft) and operation is Operation.CREATE:
        return Node("create", [Node("VENDOR", _vendor(draft, settings))])
    raise Misfit(f"Sage Intacct cannot {operation} a {draft_kind(draft).replace('_', ' ')} through this connector.")


def _bill(draft: Bill, settings: Settings) -> list[Node]:
    """Header and the whole line set: an update replaces all lines, so what is left out is gone."""
    head = given(
        [
            ("WHENCREATED", slashed(draft.bill_date)),
            ("WHENPOSTED", slashed(draft.gl_date)),
            ("VENDORID", draft.vendor),
            ("RECORDID", draft.number),
            ("DOCNUMBER", draft.reference),
            ("DESCRIPTION", with_token(draft.description, draft.token)),
            ("WHENDUE", slashed(draft.due_date)),
            *_currency(draft.currency, settings, ("CURRENCY", "BASECURR")),
        ]
    )
    if draft.currency != settings.base_currency:
        head += [Node("EXCH_RATE_DATE", slashed(draft.bill_date)), Node("EXCH_RATE_TYPE_ID", DAILY_RATE)]
    lines = Node("APBILLITEMS", [_bill_line(line, location=draft.location) for line in draft.lines])
    return [*head, Node("ACTION", "Draft" if draft.as_draft else "Submit"), lines]


def _bill_line(line: DraftLine, *, location: str) -> Node:
    parts = given(
        [
            ("ACCOUNTNO", line.account),
            ("TRX_AMOUNT", amount(line.amount)),
            ("ENTRYDESCRIPTION", line.memo),
            ("LOCATIONID", line.location or location),
            ("DEPARTMENTID", line.department),
            ("PROJECTID", line.project),
            ("TASKID", line.task),
            ("COSTTYPEID", line.cost_type),
            ("CUSTOMERID", line.customer),
            ("VENDORID", line.vendor),
            ("ITEMID", line.item),
            ("CLASSID", line.class_),
        ]
    )
    if line.tax_code:
        tax = [Node("DETAILID", line.tax_code)]
        if line.tax_amount is not None:
            tax.append(Node("TRX_TAX", amount(line.tax_amount)))
        parts.append(Node("TAXENTRIES", [Node("TAXENTRY", tax)]))
    return Node("APBILLITEM", parts)


def _adjustment(draft: VendorCredit, settings: Settings) -> list[Node]:
    """In the order the legacy grammar demands; one misplaced element would fail the whole request."""
    foreign = draft.currency != settings.base_currency
    return [
        Node("vendorid", draft.vendor),
        split_date("datecreated", draft.credit_date),
        split_date("dateposted", draft.gl_date),
        Node("adjustmentno", draft.number),
        Node("action", "Draft" if draft.as_draft else "Submit"),
        *given([("billno", draft.corrects or draft.reference), ("description", with_token(draft.description, draft.token))]),
        *given(_currency(draft.currency, settings, ("currency", "basecurr"))[::-1]),
        *([split_date("exchratedate", draft.credit_date), Node("exchratetype", DAILY_RATE)] if foreign else []),
        Node("apadjustmentitems", [_adjustment_line(line, location=draft.location) for line in draft.lines]),
    ]


def _adjustment_line(line: DraftLine, *, location: str) -> Node:
    parts = given(
        [
            ("glaccountno", line.account),
            ("amount", amount(CREDIT_SIGN * line.amount)),
            ("memo", line.memo),
            ("locationid", line.location or location),
            ("departmentid", line.department),
            ("projectid", line.project),
            ("taskid", line.task),
            ("costtypeid", line.cost_type),
            ("customerid", line.customer),
            ("vendorid", line.vendor),
            ("itemid", line.item),
            ("classid", line.class_),
        ]
    )
    if line.tax_code:
        tax = [Node("detailid", line.tax_code)]
        if line.tax_amount is not None:
            tax.append(Node("trx_tax", amount(CREDIT_SIGN * line.tax_amount)))
        parts.append(Node("taxentries", [Node("taxentry", tax)]))
    return Node("lineitem", parts)


def _vendor(draft: VendorDraft, settings: Settings) -> list[Node]:
    address = given([("ADDRESS1", draft.street), ("CITY", draft.city), ("STATE", draft.state), ("ZIP", draft.postcode), ("COUNTRY", draft.country)])
    contact = given([("PRINTAS", draft.name), ("COMPANYNAME", draft.name), ("PHONE1", draft.phone), ("EMAIL1", draft.email)])
    if address:
        contact.append(Node("MAILADDRESS", address))
    head = given(
        [
            ("VENDORID", draft.vendor_id),
            ("NAME", draft.name),
            ("STATUS", "active"),
            ("COMMENTS", with_token("Created by OneCore", draft.token)),
            *_currency(draft.currency or settings.base_currency, settings, ("CURRENCY",)),
        ]
    )
    return [*head, Node("DISPLAYCONTACT", contact)]


def _void(item: KeyedDraft, draft: Bill | VendorCredit) -> Node:
    """A draft is deleted, a posted bill reversed on the given day. Adjustments know no reversal: they are deleted."""
    if isinstance(draft, Bill) and not draft.as_draft:
        parts = [
            split_date("datereversed", item.void_date or draft.gl_date),
            *given([("description", with_token("Reversed by OneCore", draft.token))]),
        ]
        return Node("reverse_bill", parts, key=item.ledger_ref)
    kind = "APBILL" if isinstance(draft, Bill) else "APADJUSTMENT"
    return Node("delete", [Node("object", kind), Node("keys", item.ledger_ref)])


def _currency(currency: str, settings: Settings, tags: tuple[str, ...]) -> list[tuple[str, str]]:
    """Named only where the company books several: elsewhere there is nothing to choose."""
    if not settings.multi_currency:
        return []
    return list(zip(tags, (currency, settings.base_currency), strict=False))
