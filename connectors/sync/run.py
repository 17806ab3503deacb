"""One execution of a flow: read the lists, pull what changed, prepare it. Posting is another step, done by whoever is free."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import random

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from audit import events
from audit.record import record
from connectors.port.errors import ConnectorError, SignInAgain, TryLater
from connectors.port.source import Source
from connectors.sync import bench, prepare, pull, references, retry, sides
from connectors.sync.flows import FLOWS
from connectors.sync.heart import Heart, silent_after
from connectors.sync.models import Flow, Hold, Run
from connectors.sync.replay import wake
from onecore.lib.clock import utcnow

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
FULL_EVERY = timedelta(hours=24)
_OVERLAP = timedelta(minutes=2)  # our clock and the source's need not agree to the second


def run_flow(flow: Flow, *, trigger: str, scope: Sequence[str] = (), full: bool = False, clock: Clock = utcnow) -> Run | None:
    """Run the flow now; None if a run of it is under way already. `scope`: project ids, () for all. Every ending is written
    down; a failure that will pass by itself only moves the next start."""
    run = _start(flow, trigger, clock())
    if run is None:
        return None
    try:
        blind = _pull_and_prepare(flow, run, scope, full, clock)
    except ConnectorError as error:
        _finish(run, Run.State.FAILED, error.message, clock())
        _next_after_failure(flow, error, clock())
    except Exception:
        log.exception("run %s of flow %s failed", run.pk, flow.pk)
        _finish(run, Run.State.FAILED, f"It stopped for a reason OneCore does not know. The log has it under run {run.pk}.", clock())
        _put_off(flow, clock() + timedelta(minutes=1))
        raise
    else:
        _finish(run, Run.State.DONE, _summary(run, blind), clock())
    return run


def _start(flow: Flow, trigger: str, now: datetime) -> Run | None:
    try:
        with transaction.atomic():
            return Run.everywhere.create(tenant_id=flow.tenant_id, flow=flow, trigger=trigger, started_at=now, beat_at=now)
    except IntegrityError:
        return None


def silent(*, now: datetime) -> QuerySet[Run]:
    """Runs that gave no sign of life for long."""
    return Run.everywhere.filter(state=Run.State.RUNNING, beat_at__lt=now - silent_after())


def close_silent(*, now: datetime) -> int:
    """Runs whose worker died are closed, so that the next one can start."""
    return silent(now=now).update(state=Run.State.FAILED, finished_at=now, sentence="Its worker died; the next run takes up where it stopped.")


def _pull_and_prepare(flow: Flow, run: Run, scope: Sequence[str], full: bool, clock: Clock) -> dict[str, str]:
    """Returns the projects that could not be seen, with the reason."""
    blind: dict[str, str] = {}
    spec, integration, heart = FLOWS[flow.key], flow.integration, Heart(run, clock)
    references.refresh(integration, spec, now=clock(), along=heart.along)
    source = sides.source_of(integration.source)
    started = clock()
    whole = not scope and (full or flow.cursor is None or flow.last_full_at is None or flow.last_full_at < started - FULL_EVERY)
    since = None if whole else flow.cursor
    with sides.sign_in_told(integration.source):
        for counts in pull.pull(flow, source, record=spec.record, since=since, scope=scope, now=started, along=heart.along):
            _count(run, counts, clock())
        if whole:
            counts, hidden = pull.pull_missing(flow, source, record=spec.record, seen_since=started, now=clock())
            _count(run, counts, clock())
            blind |= hidden
        _count(run, _pull_source_holds(flow, source, scope, started, clock()), clock())
        blind |= source.skipped
    if not scope:
        moves: dict[str, object] = {"cursor": started - _OVERLAP, "next_at": clock() + timedelta(minutes=flow.every_minutes)}
        if whole:
            moves["last_full_at"] = started
        Flow.everywhere.filter(pk=flow.pk).update(**moves)
    _prepare(flow, run, clock)
    return blind


def _pull_source_holds(flow: Flow, source: Source, scope: Sequence[str], seen_since: datetime, now: datetime) -> pull.Counts:
    """What is held because the source must mend it is read again by id: a mended line need not move the record's own date."""
    holds = Hold.everywhere.filter(document__flow=flow, resolved_at__isnull=True, about="source", document__checked_at__lt=seen_since)
    if scope:
        holds = holds.filter(document__project_ref__in=scope)
    refs = list(holds.values_list("document__source_id", "document__project_ref")[:500])
    return pull.pull_some(flow, source, record=FLOWS[flow.key].record, refs=refs, now=now)


def _prepare(flow: Flow, run: Run, clock: Clock) -> None:
    prepared = prepare.prepare_pending(flow, bench.set_up(flow), now=clock())
    if wake(flow, reason_like="missing_reference", now=clock()) and references.refresh(
        flow.integration, FLOWS[flow.key], now=clock(), at_most=timedelta(minutes=1)
    ):
        # A vendor or code that is newer than our lists: they were read again, so look once more.
        prepare.prepare_pending(flow, bench.set_up(flow), now=clock())
    held = Hold.everywhere.filter(document__flow=flow, resolved_at__isnull=True).count()
    Run.everywhere.filter(pk=run.pk).update(prepared=prepared, held=held, beat_at=clock())
    run.prepared, run.held = prepared, held


def _count(run: Run, counts: pull.Counts, now: datetime) -> None:
    run.seen += counts.seen
    run.new += counts.new
    run.changed += counts.changed
    run.unchanged += counts.unchanged
    Run.everywhere.filter(pk=run.pk).update(
        seen=F("seen") + counts.seen,
        new=F("new") + counts.new,
        changed=F("changed") + counts.changed,
        unchanged=F("unchanged") + counts.unchanged,
        beat_at=now,
    )


def _summary(run: Run, blind: dict[str, str]) -> str:
    told = f"{run.seen} seen: {run.new} new, {run.changed} changed, {run.unchanged} unchanged; {run.held} held."
    if not blind:
        return told
    why = "; ".join(f"{project}: {reason}" for project, reason in sorted(blind.items())[:5])
    return f"{told} {len(blind)} projects can no longer be seen ({why}). Give the service account access to them again in the source."


def _finish(run: Run, state: str, sentence: str, now: datetime) -> None:
    run.state, run.sentence, run.finished_at = state, sentence, now
    Run.everywhere.filter(pk=run.pk).update(state=state, sentence=sentence, finished_at=now, beat_at=now)
    if run.new or run.changed or state == Run.State.FAILED:
        record(
            events.FLOW_RAN,
            tenant_id=run.tenant_id,
            subject=str(run.flow),
            subject_id=str(run.pk),
            integration_id=run.flow.integration_id,
            data={"trigger": run.trigger, "state": state, "sentence": sentence},
        )


def _next_after_failure(flow: Flow, error: ConnectorError, now: datetime) -> None:
    if isinstance(error, SignInAgain):
        _put_off(flow, now + timedelta(minutes=flow.every_minutes))
        return
    failures = Run.everywhere.filter(flow=flow, started_at__gt=now - timedelta(hours=6), state=Run.State.FAILED).count()
    advice = error.after_s if isinstance(error, TryLater) else None
    base = settings.ONECORE_RETRY_BASE_MS / 1000
    _put_off(flow, retry.next_try(attempt=failures, now=now, jitter=random(), base_s=base, max_s=settings.ONECORE_RETRY_MAX_S, advice_s=advice))  # noqa: S311


def _put_off(flow: Flow, until: datetime) -> None:
    Flow.everywhere.filter(pk=flow.pk).update(next_at=until)
