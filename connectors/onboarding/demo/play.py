"""The demo's story: bring a contractor live, let the worker do the main job, approve one more invoice, hear of it by webhook."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from connectors.connections.models import Integration
from connectors.onboarding.demo.files import slug_of, write_plan, write_workbook
from connectors.onboarding.demo.place import Place
from connectors.onboarding.demo.processes import Processes
from connectors.onboarding.demo.reach import Control
from connectors.onboarding.provisioning import provision, read_plan
from connectors.sync import selectors
from connectors.sync.models import Document, Flow
from connectors.sync.states import DocumentState
from connectors.webhooks.models import Receipt
from onecore.lib.clock import utcnow
from onecore.lib.command import Exit, Stop

Tell = Callable[[str], None]
_PATIENCE_S = 240


def bring_live(control: Control, place: Place, tell: Tell, *, tenant: str = "") -> list[Integration]:
    """Write the two files and provision from them, as an onboarding team would."""
    plan, slug = write_files(control, place, tenant=tenant)
    provision(read_plan(plan), tell=tell)
    return [Integration.find(f"{slug}/{slug}")]


def write_files(control: Control, place: Place, *, tenant: str = "", webhooks: bool = True) -> tuple[Path, str]:
    """The provisioning file (beside it the mapping workbook), and the short name of the tenant in it. `tenant`: which contractor
    of the world, by short name; the first one without."""
    pairs = {slug_of(pair): pair for pair in control.get("world")["pairs"]}
    if tenant and tenant not in pairs:
        raise Stop(Exit.WRONG_USE, f"The demo has no tenant {tenant!r}. It has: {', '.join(pairs)}.")
    slug = tenant or next(iter(pairs))
    answers = control.get("answer_key")["companies"][str(pairs[slug]["procore"]["company_id"])]
    workbook, plan = place.folder / "mappings.xlsx", place.folder / "provision.yaml"
    write_workbook(workbook, answers)
    write_plan(plan, pair=pairs[slug], answers=answers, workbook=workbook, portal=place.portal if webhooks else "")
    return plan, slug


def run_flows(integrations: list[Integration], processes: Processes) -> None:
    """Make every flow due and watch the worker do it."""
    since = utcnow()
    Flow.everywhere.filter(integration__in=integrations, enabled=True).update(next_at=since)
    _watch(processes, "reading and posting", lambda: _flows_done(integrations, since))


def _flows_done(integrations: list[Integration], since: Any) -> bool:
    ran = Flow.everywhere.filter(integration__in=integrations, enabled=True, runs__started_at__gte=since, runs__state__in=["done", "failed"])
    return ran.exists() and not any(selectors.pending_counts().values())


def one_more_by_webhook(control: Control, integration: Integration, processes: Processes, tell: Tell) -> None:
    """Somebody approves one more invoice in Procore, and Procore announces it. A second demo hears the same news again."""
    story = processes.place.folder / f"story-{integration.slug}.json"
    company = integration.source.organisation_id
    chosen = json.loads(story.read_text(encoding="utf-8")) if story.exists() else _next_to_approve(integration)
    if chosen is None:
        return
    if not story.exists():
        tell("somebody approves one more invoice in Procore; its webhook arrives")
        control.post(f"procore/{company}/requisitions/{chosen['source_id']}/approve")
        story.write_text(json.dumps(chosen), encoding="utf-8")
    before = Receipt.everywhere.filter(connection=integration.source).count()
    control.post(
        f"procore/{company}/webhook",
        resource_name="Work Order Contracts",
        event_type="update",
        resource_id=int(chosen["commitment"]),
        project_id=int(chosen["project"]),
    )
    _watch(processes, "webhook", lambda: _heard(integration, before) and not any(selectors.pending_counts().values()))


def _next_to_approve(integration: Integration) -> dict[str, str] | None:
    waiting = Document.everywhere.filter(flow__integration=integration, state=DocumentState.DORMANT).exclude(previous_ref="").order_by("pk")
    posted = set(Document.everywhere.filter(flow__integration=integration, state=DocumentState.POSTED).values_list("source_id", flat=True))
    for document in waiting:
        if document.previous_ref in posted:
            return {"source_id": document.source_id, "commitment": document.commitment_ref, "project": document.project_ref}
    return None


def _heard(integration: Integration, before: int) -> bool:
    return Receipt.everywhere.filter(connection=integration.source).count() > before


def _watch(processes: Processes, what: str, done: Callable[[], bool]) -> None:
    """A bar over documents settled, until `done`. Raises Stop if a process dies or patience ends."""
    ends = time.monotonic() + _PATIENCE_S
    with tqdm(desc=what, unit=" documents", leave=False, delay=1, disable=None) as bar:
        while not done():
            settled = Document.everywhere.exclude(state__in=[DocumentState.PENDING, DocumentState.QUEUED])
            bar.total = Document.everywhere.count() or None
            bar.update(settled.count() - bar.n)
            if dead := processes.dead():
                raise Stop(Exit.FAILED, f"The {dead[0]} ended by itself. Its last words: {processes.last_words(dead[0])}")
            if time.monotonic() > ends:
                raise Stop(Exit.NOT_IN_TIME, f"Not finished after {_PATIENCE_S} s: {selectors.pending_counts()}. See var/demo/worker.log.")
            time.sleep(0.25)
