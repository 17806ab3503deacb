"""Opening figures are entered from the hold's link, signed by a person's act, and wake what waited for them."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from audit.models import Entry
from connectors.sync.models import Opening
from tests import paper
from tests.sync_screens.conftest import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken_over(paper_world):
    """Invoice 1 lies before the start date; invoice 2 waits for its figures to be agreed."""
    paper.SHEET.records["1"] = paper.requisition("1", due="900.00", lines=(paper.line(retained="100.00"),), billing_date=date(2025, 12, 1))
    line = paper.line(to_date="3000.00", retained="300.00")
    paper.SHEET.records["2"] = paper.requisition("2", number=2, previous="1", due="1800.00", lines=(line,))
    paper_world.sync()
    assert paper_world.hold("2").reason == "opening_not_agreed"
    return paper_world


def _entered(client, world, **other):
    """Follow the hold's link and save what it offers."""
    form = client.get(world.hold("2").fix_url).context["adminform"].form
    names = ("integration", "commitment_ref", "commitment_number", "currency", "billed_to_date", "retained_to_date")
    sent = {name: form.initial[name] for name in names} | {"paid_to_date": "0"} | other
    return client.post(reverse("admin:sync_opening_add"), sent)


def test_the_holds_link_offers_the_sources_own_figures(taken_over, carl):
    initial = carl.get(taken_over.hold("2").fix_url).context["adminform"].form.initial
    assert (initial["commitment_ref"], initial["commitment_number"], initial["currency"]) == ("c1", "SC-001", "USD")
    assert (initial["billed_to_date"], initial["retained_to_date"]) == ("1000.00", "100.00")


def test_saving_does_not_sign_and_leads_to_the_signature(taken_over, carl):
    response = _entered(carl, taken_over)
    opening = Opening.everywhere.get()
    assert (opening.agreed_by, opening.agreed_at) == ("", None)
    assert response["Location"].startswith(reverse("admin:sync_opening_sign", args=[opening.pk]))
    taken_over.work()
    assert taken_over.document("2").state == "held"


def test_who_signs_cannot_be_typed(taken_over, carl):
    _entered(carl, taken_over, agreed_by="the auditor", agreed_at="2026-01-01")
    assert Opening.everywhere.get().agreed_by == ""


def test_signing_posts_what_waited(taken_over, carl):
    address = _entered(carl, taken_over)["Location"]
    response = carl.post(address, {"confirmed": "yes"}, follow=True)
    assert "1 documents that waited" in told(response)
    opening = Opening.everywhere.get()
    assert opening.agreed_by == "carl"
    assert opening.agreed_at is not None
    taken_over.work()
    assert taken_over.document("2").state == "posted"
    entry = Entry.everywhere.filter(event="integration.changed").latest("sequence")
    assert (entry.actor, entry.data["act"], entry.data["billed_to_date"]) == ("carl", "signed", "1000.00")


def test_nobody_signs_other_figures_than_they_read(taken_over, carl):
    address = _entered(carl, taken_over)["Location"]
    Opening.everywhere.update(billed_to_date="999.00")
    assert "changed since you read them" in told(carl.post(address, {"confirmed": "yes"}, follow=True))
    assert Opening.everywhere.get().agreed_at is None


def test_signed_figures_cannot_be_changed_until_the_signature_is_withdrawn(taken_over, carl):
    carl.post(_entered(carl, taken_over)["Location"], {"confirmed": "yes"})
    opening = Opening.everywhere.get()
    page = reverse("admin:sync_opening_change", args=[opening.pk])
    sent = {"commitment_number": "SC-001", "currency": "USD", "billed_to_date": "5", "retained_to_date": "0", "paid_to_date": "0"}
    assert carl.post(page, sent).status_code == 403
    carl.post(reverse("admin:sync_opening_withdraw", args=[opening.pk]), {"confirmed": "yes"})
    assert (Opening.everywhere.get().agreed_by, Opening.everywhere.get().agreed_at) == ("", None)
    assert carl.post(page, sent).status_code == 302
    assert str(Opening.everywhere.get().billed_to_date) == "5.00"


def test_entering_figures_again_leads_to_those_that_exist(taken_over, carl):
    _entered(carl, taken_over, billed_to_date="800.00")
    response = carl.get(taken_over.hold("2").fix_url, follow=True)
    assert response.redirect_chain[-1][0] == reverse("admin:sync_opening_change", args=[Opening.everywhere.get().pk])
    assert "1000.00 billed" in told(response)
