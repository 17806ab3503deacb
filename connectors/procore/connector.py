"""Procore declared. Importing this opens nothing."""

from __future__ import annotations

from connectors.port.capabilities import Capabilities
from connectors.port.connector import Connector, Endpoints, RatePlan, Role, SignIn, Window
from connectors.port.records import RecordKind
from connectors.port.refs import Kind

from .config import FIELDS
from .webhooks import RESOURCES

CONNECTOR = Connector(
    key="procore",
    label="Procore",
    role=Role.SOURCE,
    signs_in_with=(SignIn.CLIENT_CREDENTIALS, SignIn.AUTHORIZATION_CODE),
    config=FIELDS,
    capabilities=Capabilities(
        references=frozenset(
            {Kind.VENDOR, Kind.PROJECT, Kind.COST_CODE, Kind.PROJECT_COST_CODE, Kind.COST_TYPE, Kind.TAX_CODE, Kind.COMMITMENT},
        ),
        records=frozenset({RecordKind.REQUISITION, RecordKind.COMMITMENT}),
        webhooks=frozenset(RESOURCES),
        max_batch=1000,
        not_here={
            "requisition_webhooks": "Procore announces no subcontractor invoices; they are found by polling what changed.",
            "vendor_merge": "Procore merges vendors on its own screens only; OneCore guides and then verifies.",
            "payment_terms": "Procore keeps no payment terms for a vendor.",
        },
    ),
    # What the headers of each answer say overrides these; accounts differ.
    rate=RatePlan(windows=(Window(calls=3600, seconds=3600, scope="app"), Window(calls=100, seconds=10, scope="app")), concurrent=4),
    endpoints=Endpoints(
        api="https://api.procore.com",
        auth="https://login.procore.com/oauth/authorize",
        token="https://login.procore.com/oauth/token",  # noqa: S106 (an address, not a token)
    ),
    open="connectors.procore.source:open_source",
    sign_in="connectors.procore.auth:sign_in",
    authorize="connectors.procore.auth:authorize",
    revoke="connectors.procore.auth:revoke",
    refresh_grace_s=0.0,  # a refresh token is spent by its use, even if the answer is lost
)
