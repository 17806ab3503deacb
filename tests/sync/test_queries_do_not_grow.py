"""Database work: a fixed number of queries a block, whatever the lines and however many documents are stored already."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import paper

pytestmark = pytest.mark.django_db


def fill(count: int, *, lines: int = 1, first: int = 1, **more) -> None:
    """`count` requisitions, each the first of a commitment of its own."""
    for number in range(first, first + count):
        rows = tuple(paper.line(f"L{index}", to_date="10.00") for index in range(lines))
        paper.SHEET.records[str(number)] = paper.requisition(str(number), commitment_ref=f"c{number}", due=f"{10 * lines}.00", lines=rows, **more)


def queries_of(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_preparing_and_posting_one_bill_costs_the_same_with_two_lines_and_with_two_hundred(paper_world):
    fill(1, lines=2)
    few = queries_of(paper_world.sync)
    paper_world.later(minutes=20)
    fill(1, lines=200, first=2, updated_at=paper_world.now)
    many = queries_of(paper_world.sync)
    assert many <= few


def test_a_batch_of_a_hundred_takes_under_twelve_queries_a_document(paper_world):
    fill(1)
    paper_world.sync()
    paper_world.later(minutes=20)
    fill(100, lines=5, first=2, updated_at=paper_world.now)
    total = queries_of(paper_world.sync)
    assert len(paper.SHEET.bills()) == 101
    assert total / 100 < 2, total  # the bar is 12; the engine works in blocks and stays far below


def test_a_run_in_which_nothing_changed_costs_the_same_with_ten_and_with_two_hundred_stored(paper_world):
    fill(10)
    paper_world.sync()
    paper_world.later(minutes=20)
    few = queries_of(paper_world.sync)
    paper_world.later(minutes=20)
    fill(200, first=11, updated_at=paper_world.now)
    paper_world.sync()
    paper_world.later(minutes=61)
    paper_world.sync()  # the hourly reading of the lists is not what is measured
    paper_world.later(minutes=20)
    paper.SHEET.calls.clear()
    many = queries_of(paper_world.sync)
    assert many <= few
    assert "send" not in paper.SHEET.calls
    assert "find" not in paper.SHEET.calls


def test_a_thousand_new_invoices_take_few_ledger_calls(paper_world):
    fill(1000)
    paper_world.sync()
    assert len(paper.SHEET.bills()) == 1000
    assert paper.SHEET.calls.count("send") == 10
    assert paper.SHEET.calls.count("find") == 10
