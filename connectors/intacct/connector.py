"""The declaration of Sage Intacct (XML gateway). Importing it opens nothing."""

from __future__ import annotations

from connectors.port.capabilities import Capabilities, TextLimits
from connectors.port.connector import Connector, Endpoints, RatePlan, Role, SignIn
from connectors.port.drafts import Operation
from connectors.port.refs import Kind

from .config import FIELDS

LIMITS = TextLimits(bill_number=45, description=1000, line_memo=1000, vendor_id=20)
REFERENCE_CHARACTERS = 45  # DOCNUMBER
VENDOR_NAME_CHARACTERS = 100

GATEWAY_S = 15 * 60  # the gateway may work on for this long after the caller has gone
VERIFY_WINDOW_S = float(GATEWAY_S + 60)
MAX_BATCH = 100

CONNECTOR = Connector(
    key="intacct",
    label="Sage Intacct",
    role=Role.LEDGER,
    signs_in_with=(SignIn.SESSION,),
    config=FIELDS,
    capabilities=Capabilities(
        references=frozenset(
            {
                Kind.ACCOUNT,
                Kind.VENDOR,
                Kind.PROJECT,
                Kind.TASK,
                Kind.COST_TYPE,
                Kind.CLASS,
                Kind.DEPARTMENT,
                Kind.LOCATION,
                Kind.ENTITY,
                Kind.ITEM,
                Kind.CUSTOMER,
                Kind.TERM,
                Kind.TAX_CODE,
            }
        ),
        drafts={
            "bill": frozenset({Operation.CREATE, Operation.AMEND, Operation.VOID}),
            "vendor_credit": frozenset({Operation.CREATE, Operation.VOID}),
            "vendor": frozenset({Operation.CREATE}),
        },
        dimensions=frozenset(
            {Kind.LOCATION, Kind.DEPARTMENT, Kind.PROJECT, Kind.TASK, Kind.COST_TYPE, Kind.CLASS, Kind.ITEM, Kind.CUSTOMER, Kind.VENDOR}
        ),
        bills_have_drafts=True,
        gl_date_apart=True,
        vendor_credits=True,
        max_batch=MAX_BATCH,
        verify_window_s=VERIFY_WINDOW_S,
        limits=LIMITS,
        not_here={
            "webhooks": "Sage Intacct announces changes only through triggers a customer installs; OneCore asks it on a schedule instead.",
            "vendor_credit.amend": "Sage Intacct changes the lines of an adjustment one by one only; delete the adjustment and book it again.",
            "purchase_order": "Purchasing documents are not in this release: requisitions arrive as plain AP bills.",
        },
    ),
    rate=RatePlan(windows=(), concurrent=2),  # six are sold to an application, two leave room for others of the company
    endpoints=Endpoints(api="https://api.intacct.com/ia/xml/xmlgw.phtml"),
    open="connectors.intacct.ledger:open_ledger",
    sign_in="connectors.intacct.auth:sign_in",
)
