"""Flows are started, paused and switched from their page; runs tell live how they stand."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Entry
from connectors.connections.models import Connection
from connectors.sync.models import Flow, Run
from onecore.lib.clock import utcnow
from tests import paper
from tests.sync_screens.conftest import told

pytestmark = pytest.mark.django_db


def _press(client, name, flow, **more):
    return client.post(reverse(f"admin:sync_flow_{name}", args=[flow.pk]), more, follow=True)


def _fresh(flow):
    return Flow.everywhere.get(pk=flow.pk)


def test_sync_now_makes_the_flow_due_and_shows_the_runs(paper_world, carl):
    Flow.everywhere.update(next_at="2030-01-01T00:00:00Z")
    response = _press(carl, "sync-now", paper_world.flow)
    assert response.redirect_chain[-1][0] == reverse("admin:sync_run_changelist")
    assert "starts now" in told(response)
    assert _fresh(paper_world.flow).next_at <= utcnow()


def test_sync_now_needs_a_post(paper_world, carl):
    assert carl.get(reverse("admin:sync_flow_sync-now", args=[paper_world.flow.pk])).status_code == 405


def test_sync_now_says_why_nothing_would_happen(paper_world, carl):
    Flow.everywhere.update(next_at="2030-01-01T00:00:00Z")
    Connection.everywhere.filter(pk=paper_world.integration.ledger_id).update(status="sign_in")
    assert "Paper ledger stands at “Sign in again”" in told(_press(carl, "sync-now", paper_world.flow))
    Flow.everywhere.update(enabled=False)
    assert "switched off" in told(_press(carl, "sync-now", paper_world.flow))
    assert _fresh(paper_world.flow).next_at.year == 2030


def test_pausing_asks_first_holds_back_the_posting_and_resuming_lets_it_go(paper_world, carl):
    assert "Pause posting?" in _press(carl, "pause", paper_world.flow).content.decode()
    assert not _fresh(paper_world.flow).paused
    _press(carl, "pause", paper_world.flow, confirmed="yes")
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.sync()
    assert (paper_world.posting().state, paper.SHEET.bills()) == ("ready", [])
    _press(carl, "resume", paper_world.flow, confirmed="yes")
    paper_world.work()
    assert len(paper.SHEET.bills()) == 1


def test_switching_is_written_to_the_trail_with_who(paper_world, ana):
    before = Entry.everywhere.count()
    _press(ana, "switch-off", paper_world.flow, confirmed="yes")
    entry = Entry.everywhere.order_by("-sequence").first()
    assert Entry.everywhere.count() == before + 1
    assert (entry.actor, entry.data["enabled"]) == ("ana", False)


def test_how_often_is_changed_on_the_page_and_told_to_the_trail(paper_world, ana):
    address = reverse("admin:sync_flow_change", args=[paper_world.flow.pk])
    ana.post(address, {"every_minutes": "0"})
    assert _fresh(paper_world.flow).every_minutes == 15
    ana.post(address, {"every_minutes": "60"})
    assert _fresh(paper_world.flow).every_minutes == 60
    assert Entry.everywhere.filter(event="integration.changed").latest("sequence").data["every_minutes"] == {"before": 15, "after": 60}


def test_an_open_run_tells_its_counts_and_a_finished_one_ends_the_asking(paper_world, vera):
    Flow.everywhere.update(next_at="2030-01-01T00:00:00Z")
    now = utcnow()
    run = Run.everywhere.create(tenant=paper_world.tenant, flow=paper_world.flow, started_at=now, beat_at=now, seen=1200, new=7)
    address = f"{reverse('admin:sync_run_progress')}?ids={run.pk},nonsense,999999"
    answer = vera.get(address).json()
    assert (answer["busy"], answer["newest"]) == (True, run.pk)
    [told_run] = answer["runs"]
    assert (told_run["state"], told_run["counts"]) == ("running", "1,200 · 7 · 0 · 0")
    Run.everywhere.filter(pk=run.pk).update(state="done", finished_at=now, sentence="All read.")
    answer = vera.get(address).json()
    assert answer["busy"] is False
    assert (answer["runs"][0]["state"], answer["runs"][0]["sentence"]) == ("done", "All read.")


def test_progress_of_another_tenants_runs_is_not_told(paper_world, vera):
    from tests.factories.people import a_tenant

    other = a_tenant("Borealis")
    now = utcnow()
    run = Run.everywhere.create(tenant=other, flow=paper_world.flow, started_at=now, beat_at=now)
    answer = vera.get(f"{reverse('admin:sync_run_progress')}?ids={run.pk}").json()
    assert (answer["runs"], answer["newest"]) == ([], 0)


def test_a_run_that_failed_says_so_in_the_list(paper_world, vera):
    paper.SHEET.read_fails = [paper.TryLater("The source did not answer within 60 s.")]
    paper_world.run()
    content = vera.get(reverse("admin:sync_run_changelist")).content.decode()
    assert "Failed" in content
    assert "The source did not answer within 60 s." in content
