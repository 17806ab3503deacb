"""A viewer sees everything and changes nothing; each act asks for its own right."""

from __future__ import annotations

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from connectors.sync.models import Document, Flow, Opening

pytestmark = pytest.mark.django_db
CONFIRMED = {"confirmed": "yes", "reason": "keyed by hand"}


def _act(name, document):
    return reverse(f"admin:sync_document_{name}", args=[document.pk])


def test_a_viewer_reads_why_a_document_is_held_but_is_offered_no_act(held, vera):
    page = vera.get(reverse("admin:sync_document_change", args=[held.pk])).content.decode()
    assert "has no ledger account yet" in page
    for name in ("retry", "release", "skip", "link"):
        assert _act(name, held) not in page


def test_finance_is_offered_the_acts_that_fit(held, carl):
    page = carl.get(reverse("admin:sync_document_change", args=[held.pk])).content.decode()
    assert _act("retry", held) in page
    assert _act("skip", held) in page
    assert _act("release", held) not in page
    assert _act("link", held) not in page


@pytest.mark.parametrize("name", ["retry", "release", "skip", "link"])
@pytest.mark.parametrize("who", ["vera", "olga"])
def test_an_act_without_the_right_to_release_is_refused(name, who, held, sign_in):
    client = sign_in(who)
    assert client.get(_act(name, held)).status_code == 403
    assert client.post(_act(name, held), CONFIRMED).status_code == 403
    assert Document.everywhere.get(pk=held.pk).state == "held"


@pytest.mark.parametrize("page", ["document", "hold"])
def test_a_viewer_cannot_run_a_lists_action(page, held, paper_world, vera):
    row = held if page == "document" else paper_world.hold()
    sent = {"action": "skip_chosen", ACTION_CHECKBOX_NAME: [row.pk], "index": "0", **CONFIRMED}
    vera.post(reverse(f"admin:sync_{page}_changelist"), sent, follow=True)
    assert Document.everywhere.get(pk=held.pk).state == "held"


def test_finance_starts_and_pauses_but_only_who_administers_switches_off(paper_world, carl, ana):
    flow = paper_world.flow
    off = reverse("admin:sync_flow_switch-off", args=[flow.pk])
    assert carl.post(reverse("admin:sync_flow_pause", args=[flow.pk]), CONFIRMED).status_code == 302
    assert carl.post(off, CONFIRMED).status_code == 403
    assert Flow.everywhere.get(pk=flow.pk).enabled
    assert ana.post(off, CONFIRMED).status_code == 302
    assert not Flow.everywhere.get(pk=flow.pk).enabled


@pytest.mark.parametrize("name", ["sync-now", "pause", "resume", "switch-on", "switch-off"])
def test_a_viewer_moves_no_flow(name, paper_world, vera):
    before = Flow.everywhere.filter(pk=paper_world.flow.pk).values().get()
    assert vera.post(reverse(f"admin:sync_flow_{name}", args=[paper_world.flow.pk]), CONFIRMED).status_code == 403
    assert Flow.everywhere.filter(pk=paper_world.flow.pk).values().get() == before


def test_who_only_maps_enters_opening_figures_and_somebody_else_signs(paper_world, olga):
    figures = {"currency": "usd", "billed_to_date": "10", "retained_to_date": "1", "paid_to_date": "0"}
    sent = {"integration": paper_world.integration.pk, "commitment_ref": "c1", **figures}
    assert olga.post(reverse("admin:sync_opening_add"), sent).status_code == 302
    opening = Opening.everywhere.get()
    assert (opening.currency, opening.agreed_at) == ("USD", None)
    assert olga.post(reverse("admin:sync_opening_sign", args=[opening.pk]), CONFIRMED).status_code == 403
    assert Opening.everywhere.get().agreed_at is None


def test_nobody_deletes_what_the_engine_keeps(held, paper_world, ana):
    for name, row in (("document", held), ("flow", paper_world.flow), ("hold", paper_world.hold())):
        assert ana.post(reverse(f"admin:sync_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert Document.everywhere.filter(pk=held.pk).exists()
