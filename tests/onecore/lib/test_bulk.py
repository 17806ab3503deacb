"""Many rows, one statement, every kind of column, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.sync.models import Document
from onecore.lib.bulk import update_rows
from tests import paper
from tests.world import paper_world  # noqa: F401

pytestmark = pytest.mark.django_db


def test_it_writes_json_dates_amounts_and_nulls_of_many_rows_in_one_query(paper_world):  # noqa: F811
    for number in range(1, 6):
        paper.SHEET.records[str(number)] = paper.requisition(str(number), commitment_ref=f"c{number}")
    paper_world.run()
    rows = list(Document.everywhere.order_by("pk"))
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    for number, row in enumerate(rows):
        row.record = {"n": number, "text": "ünïcode ' \" %s"}
        row.posted_at, row.posted_amount, row.document_date = moment, Decimal("12.34") * number, None
    with CaptureQueriesContext(connection) as captured:
        assert update_rows(rows, ["record", "posted_at", "posted_amount", "document_date"]) == 5
    assert len(captured) == 1
    again = list(Document.everywhere.order_by("pk"))
    assert [row.record for row in again] == [row.record for row in rows]
    assert [(row.posted_at, row.posted_amount, row.document_date) for row in again] == [(moment, Decimal("12.34") * n, None) for n in range(5)]


def test_nothing_to_write_is_no_query():
    with CaptureQueriesContext(connection) as captured:
        assert update_rows([], ["state"]) == 0
    assert len(captured) == 0
