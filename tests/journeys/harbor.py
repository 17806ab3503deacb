"""One contractor of the pretend town joined to its ledger, and the question every journey ends with: does it come out to the cent?"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from audit.verify import verify
from connectors.connections.models import Integration
from connectors.onboarding.demo.files import write_workbook
from connectors.onboarding.provisioning import provision, read_plan
from connectors.sync import selectors, work
from connectors.sync.models import Document, Flow, Hold, Posting, Run
from connectors.sync.run import run_flow
from connectors.sync.states import DocumentState
from onecore.lib.clock import utcnow
from tests.sandbox_server import Sandbox

SLUG = "harbor"


@dataclass
class Harbor:
    """The contractor `harbor`: three commitments, six invoices, everything mapped; a web address for hooks if there is one."""

    sandbox: Sandbox
    integration: Integration

    @property
    def flow(self) -> Flow:
        rows = Flow.everywhere.select_related("integration__policy__retainage_account", "integration__source", "integration__ledger")
        return rows.get(integration=self.integration)

    @property
    def company(self) -> str:
        return str(self.integration.source.organisation_id)

    @property
    def books(self) -> str:
        return str(self.integration.ledger.organisation_id)

    # ---- acts

    def run(self, **options: Any) -> Any:
        return run_flow(self.flow, trigger="command", **options)

    def make_due(self) -> None:
        """The worker sees it within its next look."""
        Flow.everywhere.filter(integration=self.integration).update(next_at=utcnow())

    def settle_down(self, *, within_s: float = 60) -> None:
        """Work in this process until nothing moves by itself any more, or someone must sign in."""
        ends = time.monotonic() + within_s
        while True:
            work.work(budget_s=within_s)
            if self.signed_out or (self.quiet and self.last_run.state == Run.State.DONE):
                return
            assert time.monotonic() < ends, f"not settled after {within_s} s: {self.state()}"
            time.sleep(0.05)

    # ---- looks

    @property
    def signed_out(self) -> bool:
        return bool(selectors.sign_in_needed())

    @property
    def last_run(self) -> Run:
        return Run.everywhere.filter(flow__integration=self.integration).latest("pk")

    @property
    def quiet(self) -> bool:
        """Something was read and nothing moves by itself any more."""
        return Document.everywhere.exists() and not any(selectors.pending_counts().values())

    def state(self) -> dict[str, Any]:
        postings = Posting.everywhere.values_list("state", "last_error", "attempts")
        runs = Counter(Run.everywhere.values_list("state", "sentence"))
        return {"runs": runs, "pending": selectors.pending_counts(), "postings": Counter(postings), "holds": self.holds()}

    def holds(self) -> dict[str, str]:
        """Open holds: source id to reason."""
        return dict(Hold.everywhere.filter(resolved_at__isnull=True).values_list("document__source_id", "reason"))

    def payable(self) -> list[dict[str, Any]]:
        """What the pretend Procore itself says is payable."""
        return list(self.sandbox.get(f"source/procore/{self.company}/requisitions")["requisitions"])

    def booked(self) -> list[dict[str, Any]]:
        """What the pretend Intacct itself holds and counts."""
        rows = self.sandbox.get(f"ledger/intacct/{self.books}")["documents"]
        return [row for row in rows if row["STATE"] != "Reversed"]

    def calls(self, system: str = "intacct") -> dict[str, int]:
        """How often each operation was asked for."""
        systems = self.sandbox.get("calls")["systems"]
        return dict(systems[system]["operations"]) if system in systems else {}

    def prove(self, *, posted: int | None = None, foreign: int = 0) -> None:
        """Each document once or held in plain sight, both sides equal to the cent, the trail unbroken.
        `foreign`: bills in the ledger that were never ours."""
        documents = list(
            Document.everywhere.filter(flow__integration=self.integration).exclude(state__in=[DocumentState.DORMANT, DocumentState.GONE])
        )
        states = Counter(document.state for document in documents)
        assert set(states) <= {DocumentState.POSTED, DocumentState.HELD, DocumentState.SKIPPED}, self.state()
        payable = {str(row["id"]): Decimal(row["net"]) for row in self.payable()}
        known = {document.source_id: document.state for document in documents}
        assert set(payable) <= set(known), "what is offered is what we answer for"
        assert {known[gone] for gone in set(known) - set(payable)} <= {DocumentState.HELD}, "what is no longer payable is asked about"
        booked = {str(row["RECORDNO"]): Decimal(row["total"]) for row in self.booked()}
        ours = [document for document in documents if document.ledger_ref]
        records = [document.ledger_ref.rpartition(":")[2] for document in ours]
        assert len(set(records)) == len(records), "two documents share one bill"
        assert len(booked) == len(records) + foreign, f"the ledger holds {len(booked)}, we answer for {len(records)}: {self.state()}"
        for document, record in zip(ours, records, strict=True):
            assert booked[record] == document.posted_amount, (document.title, booked[record], document.posted_amount)
            if document.state == DocumentState.POSTED:
                assert booked[record] == payable[document.source_id], document.title
        assert Hold.everywhere.filter(resolved_at__isnull=True).count() == states[DocumentState.HELD]
        if posted is not None:
            assert states[DocumentState.POSTED] == posted, self.state()
        result = verify()
        assert result.ok, result.faults


def provision_harbor(sandbox: Sandbox, folder: Path, *, hooks: str = "", users: list[dict[str, str]] | None = None) -> Harbor:
    """Bring the first contractor of the town live from a provisioning file and a workbook."""
    pair = sandbox.get("world")["pairs"][0]
    answers = sandbox.get("answer_key")["companies"][str(pair["procore"]["company_id"])]
    write_workbook(folder / "mappings.xlsx", answers)
    plan = folder / "plan.yaml"
    plan.write_text(yaml.safe_dump({"tenants": [_tenant(pair, answers, hooks, users or [])]}), encoding="utf-8")
    provision(read_plan(plan), tell=lambda line: None)
    integration = Integration.find(f"{SLUG}/{SLUG}")
    Flow.everywhere.filter(integration=integration).update(next_at=utcnow().replace(year=utcnow().year + 1))
    return Harbor(sandbox, integration)


def _tenant(pair: dict[str, Any], answers: dict[str, Any], hooks: str, users: list[dict[str, str]]) -> dict[str, Any]:
    procore, intacct = pair["procore"], pair["intacct"]
    source = {
        "name": "Procore",
        "system": "procore",
        "config": {"company_id": str(procore["company_id"]), "client_id": procore["client_id"]},
        "secrets": {"client_secret": procore["client_secret"]},
        "webhooks": hooks,
    }
    ledger = {
        "name": "Sage Intacct",
        "system": "intacct",
        "config": {"sender_id": intacct["sender_id"], "company_id": intacct["company_id"], "user_id": intacct["user_id"]},
        "secrets": {"sender_password": intacct["sender_password"], "user_password": intacct["user_password"]},
    }
    policy = {
        "arrive_as": "approved",
        "retainage_account": answers["defaults"]["retainage_account"],
        "default_location": answers["defaults"]["location_id"],
    }
    integration = {
        "slug": SLUG,
        "name": f"{pair['name']} to Sage Intacct",
        "source": "Procore",
        "ledger": "Sage Intacct",
        "start_date": "2020-01-01",
        "policy": policy,
        "mappings": "mappings.xlsx",
        "flows": [{"key": "requisitions", "every_minutes": 60}],
    }
    return {
        "slug": SLUG,
        "name": pair["name"],
        "environment": "test",
        "users": users,
        "connections": [source, ledger],
        "integrations": [integration],
    }
