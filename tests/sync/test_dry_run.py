"""A dry run shows the exact drafts and what would be held, and writes nothing."""

from __future__ import annotations

import pytest

from audit.models import Entry
from connectors.port.errors import Code, Refused
from connectors.sync.dry import dry_data, dry_run
from connectors.sync.models import Document, Flow, Hold, Posting
from mappings.models import MappingChange
from tests import paper

pytestmark = pytest.mark.django_db


def dry(world):
    flow = Flow.everywhere.select_related("integration__policy__retainage_account", "integration__source", "integration__ledger").get(
        pk=world.flow.pk
    )
    return dry_data(dry_run(flow, now=world.now))


def rows():
    return [model.everywhere.count() for model in (Document, Posting, Hold, MappingChange, Entry)]


def test_it_shows_the_draft_the_run_then_posts_and_writes_nothing(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2", lines=(paper.line(code="cc9"),))
    before = rows()
    shown = {row["source_id"]: row for row in dry(paper_world)["documents"]}
    assert rows() == before
    assert paper.SHEET.calls.count("send") == 0
    assert shown["2"]["outcome"] == "hold"
    paper_world.sync()
    assert paper_world.posting("1").draft == shown["1"]["draft"]
    assert paper_world.hold("2").reason == shown["2"]["reason"]


def test_what_is_posted_already_is_left_even_where_its_number_was_shortened(paper_world):
    paper.SHEET.records["1"] = paper.requisition(invoice_number="INVOICE-NUMBER-LONGER-THAN-THE-LEDGER-TAKES")
    paper_world.sync()
    assert len(paper_world.document().ledger_number) == 20
    assert dry(paper_world)["counts"] == {"leave": 1}


def test_a_shortened_number_never_makes_a_false_amendment(paper_world):
    paper.SHEET.records["1"] = paper.requisition(invoice_number="INVOICE-NUMBER-LONGER-THAN-THE-LEDGER-TAKES")
    paper_world.sync()
    paper_world.later(minutes=20)
    record = paper.SHEET.records["1"]
    paper.SHEET.records["1"] = paper.replace(record, status="approved_as_noted", updated_at=paper_world.now)
    paper_world.sync()
    assert paper.SHEET.calls.count("send") == 1


def test_what_the_ledger_refused_is_shown_as_held_again(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.refuse["INV-1"] = Refused("Vendor V-1 is inactive.", code=Code.VENDOR_UNUSABLE)
    paper_world.sync()
    [row] = dry(paper_world)["documents"]
    assert (row["outcome"], row["reason"]) == ("hold", "vendor_unusable")
