"""The page of one document proves its amount: to date, before, this period; source and ledger side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from connectors.sync.models import Document
from tests import paper

pytestmark = pytest.mark.django_db


def _page(client, document):
    return client.get(reverse("admin:sync_document_change", args=[document.pk])).context["page"]


def test_the_formula_shows_its_numbers_and_proves(posted, vera):
    reckoning = _page(vera, posted).reckoning
    [line] = reckoning.lines
    assert (line.to_date, line.before, line.cost) == ("1,000.00", "0.00", "1,000.00")
    assert (line.retained, line.net, line.account) == ("100.00", "900.00", "5010 Subcontract cost")
    assert line.rule
    assert (reckoning.made, reckoning.proves, reckoning.net, reckoning.due) == (True, True, "900.00", "900.00")


def test_both_sides_stand_beside_each_other_and_agree(posted, vera):
    both = _page(vera, posted).beside
    assert [(pair.source, pair.ledger) for pair in both.pairs] == [("1,000.00", "1,000.00"), ("-100.00", "-100.00")]
    assert (both.source_total, both.ledger_total, both.agree) == ("900.00", "900.00", True)
    assert ("Vendor", "V-1 Coastal Formwork") in both.heads


def test_this_period_is_counted_from_the_invoice_before(paper_world, posted, vera):
    line = paper.line(to_date="1750.00", retained="175.00")
    paper.SHEET.records["2"] = paper.requisition("2", number=2, previous="1", due="675.00", lines=(line,), updated_at=paper_world.now)
    paper_world.later(minutes=20)
    paper_world.sync()
    [formula] = _page(vera, paper_world.document("2")).reckoning.lines
    assert (formula.to_date, formula.before, formula.cost, formula.retained) == ("1,750.00", "1,000.00", "750.00", "75.00")


def test_a_total_that_does_not_prove_is_shown_with_the_difference(paper_world, vera):
    paper.SHEET.records["1"] = paper.requisition(due="1250.00")
    paper_world.sync()
    page = _page(vera, paper_world.document())
    assert page.hold.title == "Total does not prove"
    assert (page.reckoning.proves, page.reckoning.net, page.reckoning.due, page.reckoning.difference) == (False, "1,000.00", "1,250.00", "250.00")
    assert page.beside is None


def test_a_hold_after_posting_is_explained_by_todays_figures(paper_world, posted, vera):
    """What was posted proved; what the source says now does not, and that is what the hold is about."""
    record = paper.SHEET.records["1"]
    paper.SHEET.records["1"] = replace(record, payable_net=Decimal("950.00"), updated_at=record.updated_at + timedelta(hours=1))
    paper_world.later(hours=2)
    paper_world.sync()
    page = _page(vera, paper_world.document())
    assert page.hold is not None
    assert (page.reckoning.made, page.reckoning.proves, page.reckoning.difference) == (False, False, "50.00")
    assert (page.beside.source_total, page.beside.ledger_total, page.beside.agree) == ("950.00", "900.00", False)


def test_a_changed_version_says_what_changed(paper_world, posted, vera):
    record = paper.SHEET.records["1"]
    later = record.updated_at + timedelta(hours=1)
    paper.SHEET.records["1"] = replace(record, invoice_number="INV-1A", payable_net=Decimal("950.00"), updated_at=later)
    paper_world.later(hours=2)
    paper_world.sync()
    newest, first = _page(vera, paper_world.document()).versions
    assert newest.changes == "number INV-1 → INV-1A; payable 900.00 → 950.00"
    assert (first.changes, first.posted) == ("", True)


def test_tries_and_the_trail_are_told_with_request_and_answer(posted, vera):
    content = vera.get(reverse("admin:sync_document_change", args=[posted.pk])).content.decode()
    assert "Try to create: posted" in content
    assert "create INV-1" in content
    assert "success 1000" in content


def test_every_missing_mapping_has_a_link_of_its_own(paper_world, vera):
    lines = (paper.line("L1", code="cc9"), paper.line("L2", code="cc9", to_date="5.00"))
    paper.SHEET.records["1"] = paper.requisition(vendor_ref="v1", project_ref="p1", due="1005.00", lines=lines)
    paper.SHEET.references["source", paper.Kind.VENDOR] += [paper.Reference(paper.Kind.VENDOR, "v9", "", "Newcomer")]
    paper.SHEET.records["1"] = replace(paper.SHEET.records["1"], vendor_ref="v9", vendor_name="Newcomer")
    paper_world.later(hours=30)
    paper_world.sync()
    fixes = "".join(_page(vera, paper_world.document()).hold.fixes)
    assert reverse("admin:mappings_vendormapping_changelist") in fixes
    assert reverse("admin:mappings_costcodemapping_changelist") in fixes


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/x", "data:text/html,x", "https:evil", "\\\\evil"])
def test_an_address_from_outside_that_is_not_a_page_is_no_link(address, posted, vera):
    Document.everywhere.filter(pk=posted.pk).update(source_url=address, ledger_url=address)
    content = vera.get(reverse("admin:sync_document_change", args=[posted.pk])).content.decode()
    assert f'href="{address}"' not in content
    assert address not in vera.get(reverse("admin:sync_document_changelist")).content.decode()


def test_hostile_words_of_the_source_stay_words(paper_world, vera):
    paper.SHEET.records["1"] = paper.requisition(project_name="<script>alert(1)</script>", invoice_number="<b>1</b>", due="1.00")
    paper_world.sync()
    content = vera.get(reverse("admin:sync_document_change", args=[paper_world.document().pk])).content.decode()
    assert "<script>alert(1)</script>" not in content
    assert "<b>1</b>" not in content


def test_a_record_that_cannot_be_read_is_said_and_the_page_stands(posted, vera):
    Document.everywhere.filter(pk=posted.pk).update(record={"lines": "none"})
    page = _page(vera, posted)
    assert page.reckoning is None
    assert "cannot be read" in page.no_reckoning


def test_a_document_is_read_only(posted, ana):
    assert ana.post(reverse("admin:sync_document_change", args=[posted.pk]), {"title": "mine"}).status_code == 405
    assert Document.everywhere.get(pk=posted.pk).title == posted.title
