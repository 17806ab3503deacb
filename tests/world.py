"""The fixed cast: Acme and Borealis; Ana owns, Carl keeps the books, Vera may look, Olaf belongs elsewhere.

`paper_world` joins Acme's paper source to its paper ledger, everything mapped, start date behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connectors import catalog
from connectors.connections.models import Connection, Integration
from connectors.sync import references, work
from connectors.sync.flows import FLOWS
from connectors.sync.models import Document, Flow, Hold, Posting
from connectors.sync.run import run_flow
from mappings.assign import assign
from mappings.models import Reference
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Tenant
from tests import paper


@dataclass
class PaperWorld:
    """One tenant whose source and ledger are on paper. Time stands still until `later` moves it."""

    tenant: Tenant
    integration: Integration
    flow: Flow
    now: datetime

    def clock(self) -> datetime:
        return self.now

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def run(self, **options: Any) -> Any:
        """Pull and prepare; nothing is posted."""
        flow = Flow.everywhere.select_related("integration__policy__retainage_account", "integration__source", "integration__ledger").get(
            pk=self.flow.pk
        )
        return run_flow(flow, trigger="command", clock=self.clock, **options)

    def work(self) -> int:
        """Do all that is due now."""
        return work.work(clock=self.clock, budget_s=20)

    def sync(self) -> None:
        self.run()
        self.work()

    def document(self, source_id: str = "1") -> Document:
        return Document.everywhere.get(flow=self.flow, source_id=source_id)

    def posting(self, source_id: str = "1") -> Posting:
        return Posting.everywhere.filter(document__source_id=source_id).latest("pk")

    def hold(self, source_id: str = "1") -> Hold | None:
        return Hold.everywhere.filter(document__source_id=source_id, resolved_at__isnull=True).first()

    def reference(self, side: str, kind: str, remote_id: str, parent: str = "") -> Reference:
        connection = self.integration.source if side == "source" else self.integration.ledger
        return Reference.everywhere.get(connection=connection, kind=kind, remote_id=remote_id, parent=parent)

    def map(self, kind: str, source: Reference, **targets: Reference) -> None:
        assign((self.integration, kind, source), by="carl", how="test", **targets)

    def policy(self, **choices: Any) -> None:
        from connectors.connections.models import Policy

        Policy.everywhere.filter(integration=self.integration).update(**choices, changed_at=self.now)
        self.integration.refresh_from_db()
        self.integration.policy.refresh_from_db()


@pytest.fixture
def paper_world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[PaperWorld]:
    monkeypatch.setattr(paper, "SHEET", paper.Sheet())
    monkeypatch.setitem(catalog.CONNECTORS, "paper_source", "tests.paper:PAPER_SOURCE")
    monkeypatch.setitem(catalog.CONNECTORS, "paper_ledger", "tests.paper:PAPER_LEDGER")
    paper.seed_references()
    yield make_paper_world("acme")


def make_paper_world(slug: str) -> PaperWorld:
    """A tenant with everything mapped: cc1 to 5010, cc2 to 5020, both vendors, both projects. cc9 is not mapped."""
    tenant = Tenant.objects.create(name=slug.title(), slug=slug)
    with tenant_scope(tenant):
        source = Connection.objects.create(system="paper_source", name="Paper source", currency="USD", status="ok")
        ledger = Connection.objects.create(system="paper_ledger", name="Paper ledger", currency="USD", status="ok", time_zone="America/Los_Angeles")
        integration = Integration.objects.create(name=f"{slug} paper", slug="paper", source=source, ledger=ledger, start_date=date(2026, 1, 1))
        flow = Flow.objects.create(integration=integration, key="requisitions", enabled=True)
    world = PaperWorld(tenant, integration, flow, paper.START + timedelta(hours=1))
    references.refresh(integration, FLOWS["requisitions"], now=world.now)
    for code, account in (("cc1", "5010"), ("cc2", "5020")):
        for project in ("p1", "p2"):
            world.map(
                "cost_code", world.reference("source", "project_cost_code", code, project), account=world.reference("ledger", "account", account)
            )
    for source_vendor, vendor in (("v1", "V-1"), ("v2", "V-2")):
        world.map("vendor", world.reference("source", "vendor", source_vendor), target=world.reference("ledger", "vendor", vendor))
    for source_project, project in (("p1", "P-17"), ("p2", "P-18")):
        world.map("project", world.reference("source", "project", source_project), target=world.reference("ledger", "project", project))
    world.policy(retainage_account=world.reference("ledger", "account", "2110"))
    return world
