"""A page asks the database a fixed number of times, whatever the number of rows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connectors.sync.models import Document
from tests import paper

pytestmark = pytest.mark.django_db
LISTS = ("document", "hold", "posting", "run", "flow", "opening")
LIST_BUDGET, HOME_BUDGET, PAGE_BUDGET = 12, 25, 30


def _asked(client, address):
    client.get(address)  # fills what is remembered for a process
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries]


def _rows(world, first, count):
    """Half of them posted, half held, each of a commitment and a project of its own."""
    for number in range(first, first + count):
        code = "cc1" if number % 2 else "cc9"
        paper.SHEET.records[str(number)] = paper.requisition(
            str(number), commitment_ref=f"c{number}", project_ref=f"p{1 + number % 2}", lines=(paper.line(code=code),), updated_at=world.now
        )
    world.sync()
    world.later(minutes=20)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_stays_within_its_budget_at_any_size(name, paper_world, carl):
    address = reverse(f"admin:sync_{name}_changelist")
    _rows(paper_world, 1, 2)
    few = _asked(carl, address)
    _rows(paper_world, 3, 40)
    many = _asked(carl, address)
    assert Document.everywhere.count() == 42
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= LIST_BUDGET, "\n".join(many)


def test_no_list_reads_whole_records_or_drafts(paper_world, carl):
    _rows(paper_world, 1, 4)
    for name in ("document", "hold", "posting"):
        for sql in _asked(carl, reverse(f"admin:sync_{name}_changelist")):
            assert '"sync_document"."record"' not in sql
            assert '"sync_posting"."draft"' not in sql


def test_home_stays_within_its_budget_at_any_size(paper_world, carl):
    address = reverse("admin:index")
    _rows(paper_world, 1, 2)
    few = _asked(carl, address)
    _rows(paper_world, 3, 40)
    many = _asked(carl, address)
    assert len(few) == len(many) <= HOME_BUDGET, "\n".join(many)


def test_the_page_of_a_document_does_not_ask_once_a_line(paper_world, carl):
    paper.SHEET.records["1"] = paper.requisition()
    lines = tuple(paper.line(f"L{number}", to_date="10.00") for number in range(60))
    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2", due="600.00", lines=lines)
    paper_world.sync()
    one = _asked(carl, reverse("admin:sync_document_change", args=[paper_world.document("1").pk]))
    sixty = _asked(carl, reverse("admin:sync_document_change", args=[paper_world.document("2").pk]))
    assert len(one) == len(sixty) <= PAGE_BUDGET, "\n".join(sixty)
