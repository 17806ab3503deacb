"""Writers at the same moment: one chain, no gap, nobody fails. On SQLite writers are one at a time by its own lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction

from audit.events import POSTING_SETTLED
from audit.models import Entry
from audit.record import NewEntry, record_many
from audit.verify import verify

# The test database of SQLite lives in memory, which threads cannot share.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WRITERS, EACH = 4, 15


def test_writers_at_once_make_one_chain_from_the_very_first_entry(acme: Any) -> None:
    start = Barrier(WRITERS)

    def write(writer: int) -> None:
        try:
            start.wait()
            for number in range(EACH):
                with transaction.atomic():
                    record_many(acme.pk, [NewEntry(POSTING_SETTLED, subject=f"{writer}-{number}-{part}") for part in range(2)])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(write, writer) for writer in range(WRITERS)]:
            done.result()
    assert list(Entry.everywhere.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, WRITERS * EACH * 2 + 1))
    assert verify().ok
