"""Set up the bench on which an Integration's documents are judged: ledger, policy, mappings. A fixed number of queries."""

from __future__ import annotations

from typing import Any

from connectors.connections.models import Integration
from connectors.connections.opening import declaration
from connectors.sync import sides
from connectors.sync.flows import FLOWS
from connectors.sync.judge import Bench
from connectors.sync.models import Flow
from connectors.sync.recipes.question import Choices
from mappings.resolve import Resolver
from onecore.lib.clock import local_date, utcnow


def set_up(flow: Flow) -> Bench:
    """Open the ledger (nothing is called yet) and take a snapshot of policy and mappings. Never inside a transaction."""
    integration = flow.integration
    capabilities = declaration(integration.ledger).capabilities
    return Bench(
        spec=FLOWS[flow.key],
        ledger=sides.ledger_of(integration.ledger),
        capabilities=capabilities,
        policy=integration.policy,
        choices=choices_of(integration, capabilities),
        meaning=Resolver.load(integration),
        start_date=integration.start_date,
        today=local_date(utcnow(), integration.ledger.time_zone or "UTC"),
    )


def choices_of(integration: Integration, capabilities: Any) -> Choices:
    """The policy as the recipes read it."""
    policy = integration.policy
    return Choices(
        arrive_as_draft=policy.arrive_as == "draft" and capabilities.bills_have_drafts,
        bill_date=policy.bill_date,
        due_date=policy.due_date,
        due_days=policy.due_days,
        gl_date=policy.gl_date,
        closed_period=policy.closed_period,
        number=policy.number,
        number_prefix=policy.number_prefix,
        consolidated=policy.lines == "consolidated",
        retainage=policy.retainage,
        retainage_account=policy.retainage_account.remote_id if policy.retainage_account else "",
        default_location=policy.default_location,
        default_department=policy.default_department,
        currencies=frozenset({integration.ledger.currency} if integration.ledger.currency else ()),
        vendor_credits=capabilities.vendor_credits,
        number_limit=capabilities.limits.bill_number if capabilities.limits else 10_000,
    )
