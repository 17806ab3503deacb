"""The list of runs follows a run that is under way, and stops asking once it is done."""

from __future__ import annotations

import pytest
from django.urls import reverse

from connectors.sync.models import Flow, Run
from onecore.lib.clock import utcnow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_open_run_counts_up_on_the_screen_and_the_asking_ends(browser_page, paper_world):
    Flow.everywhere.update(next_at="2030-01-01T00:00:00Z")
    now = utcnow()
    run = Run.everywhere.create(tenant=paper_world.tenant, flow=paper_world.flow, started_at=now, beat_at=now, seen=3)
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url) if "/progress/" in request.url else None)
    browser_page.goto(reverse("admin:sync_run_changelist"))
    assert browser_page.inner_text(f"[data-counts='{run.pk}']") == "3 · 0 · 0 · 0"
    Run.everywhere.filter(pk=run.pk).update(seen=250, new=9)
    browser_page.wait_for_selector(f"[data-counts='{run.pk}']:has-text('250 · 9')")
    Run.everywhere.filter(pk=run.pk).update(state="done", finished_at=now, sentence="250 seen.")
    browser_page.wait_for_selector(f"[data-run='{run.pk}'][data-state='done']")
    browser_page.wait_for_selector("#run-progress:has-text('All runs are done.')")
    before = len(asked)
    browser_page.wait_for_timeout(2500)
    assert len(asked) == before


def test_an_idle_list_does_not_ask_at_all(browser_page, paper_world):
    Flow.everywhere.update(next_at="2030-01-01T00:00:00Z")
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url) if "/progress/" in request.url else None)
    browser_page.goto(reverse("admin:sync_run_changelist"))
    browser_page.wait_for_timeout(2500)
    assert asked == []
