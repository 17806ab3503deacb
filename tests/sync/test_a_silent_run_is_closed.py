"""A run whose worker died must not keep the next one waiting; a slow one that is alive must not be closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from connectors.sync import run as running
from connectors.sync import work
from connectors.sync.heart import Heart
from connectors.sync.models import Run
from tests.world import PaperWorld


def _open_run(world: PaperWorld) -> Run:
    return Run.everywhere.create(tenant=world.tenant, flow=world.flow, started_at=world.now, beat_at=world.now)


def test_a_run_that_was_silent_for_two_leases_is_closed_and_the_next_one_starts(paper_world: PaperWorld) -> None:
    paper_world.sync()
    _open_run(paper_world)
    assert paper_world.run() is None
    assert not work.anything_due(now=paper_world.now)

    paper_world.later(seconds=2 * settings.ONECORE_LEASE_S + 1)
    assert work.anything_due(now=paper_world.now), "the pulse rings for it"
    assert running.close_silent(now=paper_world.now) == 1
    assert paper_world.run().state == Run.State.DONE


def test_a_run_that_reads_a_long_list_stays_open(paper_world: PaperWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _open_run(paper_world)
    ticks = iter(range(0, 10_000, 20))
    monkeypatch.setattr("connectors.sync.heart.time.monotonic", lambda: float(next(ticks)))
    heart = Heart(run, paper_world.clock)
    for _ in heart.along(range(30)):
        paper_world.later(seconds=20)

    assert paper_world.now - run.started_at > timedelta(seconds=2 * settings.ONECORE_LEASE_S)
    assert running.close_silent(now=paper_world.now) == 0
