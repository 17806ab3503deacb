"""`manage.py sync --integration X [--flow F] [--dry-run]`: run now, in this process."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connectors.connections.models import Integration
from connectors.port.errors import ConnectorError, SignInAgain
from connectors.sync import dry, selectors, work
from connectors.sync.flows import FLOWS
from connectors.sync.models import Flow, Run
from connectors.sync.run import run_flow
from onecore.lib.clock import utcnow
from onecore.lib.command import Contract, Exit, Stop, table
from onecore.lib.money import exact


class Command(Contract):
    help = "Read the source, prepare, and post what is ready. --dry-run shows the exact drafts and writes nothing anywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--integration", required=True, help="its short name, or tenant/short-name")
        parser.add_argument("--flow", help=f"one flow only: {', '.join(FLOWS)}")
        parser.add_argument("--dry-run", action="store_true", help="show what would be posted and held; write nothing")
        parser.add_argument("--full", action="store_true", help="read everything again, not only what changed")

    def handle(self, *args: Any, **options: Any) -> None:
        integration = Integration.find(options["integration"])
        flows = _flows(integration, options["flow"])
        if options["dry_run"]:
            self._dry(integration, flows)
            return
        runs = [self._run(flow, full=options["full"]) for flow in flows]
        work.work(budget_s=3600, integration_id=integration.pk)
        data: dict[str, Any] = {"integration": integration.slug, "flows": [self._flow_data(flow, run) for flow, run in zip(flows, runs, strict=True)]}
        data["ok"] = all(flow["state"] != Run.State.FAILED for flow in data["flows"])
        self.answer(data, _text(data))
        self._end(integration, data)

    def _run(self, flow: Flow, *, full: bool) -> Run | None:
        self.note(f"{flow}: reading …")
        return run_flow(flow, trigger="command", full=full)

    def _flow_data(self, flow: Flow, run: Run | None) -> dict[str, Any]:
        state, sentence = (run.state, run.sentence) if run else ("running", "It is running already.")
        counts = {name: getattr(run, name) for name in ("seen", "new", "changed", "unchanged")} if run else {}
        sums = [
            {name: exact(value, row["currency"]) if name.endswith("_total") else value for name, value in row.items()}
            for row in selectors.flow_sums(flow)
        ]
        return {"flow": flow.key, "state": state, "sentence": sentence, **counts, "sums": sums}

    def _end(self, integration: Integration, data: dict[str, Any]) -> None:
        if needed := selectors.sign_in_needed(integration):
            raise Stop(Exit.SIGN_IN, f"Someone must sign in: {', '.join(needed)}.")
        if not data["ok"]:
            raise Stop(Exit.FAILED, "; ".join(flow["sentence"] for flow in data["flows"] if flow["state"] == Run.State.FAILED))

    def _dry(self, integration: Integration, flows: list[Flow]) -> None:
        answer: dict[str, Any] = {"integration": integration.slug, "dry_run": True, "flows": []}
        try:
            for flow in flows:
                self.note(f"{flow}: reading …")
                answer["flows"].append({"flow": flow.key, **dry.dry_data(dry.dry_run(flow, now=utcnow()))})
        except SignInAgain as error:
            raise Stop(Exit.SIGN_IN, f"{error.message} Sign in again under Connections.") from error
        except ConnectorError as error:
            raise Stop(Exit.FAILED, error.message) from error
        self.answer(answer, "\n".join(_dry_text(flow) for flow in answer["flows"]))


def _flows(integration: Integration, key: str | None) -> list[Flow]:
    if key and key not in FLOWS:
        raise Stop(Exit.WRONG_USE, f"There is no flow {key!r}. Known: {', '.join(FLOWS)}.")
    flows = Flow.everywhere.filter(integration=integration).select_related(
        "integration__policy__retainage_account", "integration__source", "integration__ledger", "integration__tenant"
    )
    wanted = list(flows.filter(key=key) if key else flows.filter(enabled=True))
    if not wanted:
        raise Stop(
            Exit.WRONG_USE,
            f"{integration.name} has no flow {'called ' + key if key else 'that is switched on'}. Switch one on in the portal or by provision.",
        )
    return wanted


def _text(data: dict[str, Any]) -> str:
    rows = [
        [
            flow["flow"],
            total["currency"],
            total["documents"],
            total["posted"],
            total["held"],
            total["source_total"],
            total["posted_total"],
            total["held_total"],
        ]
        for flow in data["flows"]
        for total in flow["sums"]
    ]
    notes = [f"{flow['flow']}: {flow['sentence']}" for flow in data["flows"]]
    head = ["flow", "", "documents", "posted", "held", "source", "posted", "held"]
    return "\n".join([*notes, table(rows, head=head, right=range(2, 8))])


def _dry_text(flow: dict[str, Any]) -> str:
    rows = [[line["outcome"], line["title"], line["amount"], line["currency"], line["sentence"]] for line in flow["documents"]]
    return f"{flow['flow']} (dry run, nothing was written)\n" + table(rows, head=["would", "document", "amount", "", "why"], right=[2])
