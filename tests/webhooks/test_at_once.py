"""Deliveries and workers at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from connectors.webhooks import inbox
from connectors.webhooks.models import Hook, Receipt
from connectors.webhooks.receive import read_delivery, store
from onecore.lib.clock import utcnow

# The test database of SQLite lives in memory, which threads cannot share.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MANY = 4


def _all_at_once(act: Any) -> list[Any]:
    start = Barrier(MANY)

    def run(_: int) -> Any:
        try:
            start.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(run, range(MANY)))


def test_the_same_event_at_once_is_one_receipt_and_every_sender_hears_202(hooked: tuple[Hook, str]) -> None:
    hook, secret = hooked

    def post() -> set[int]:
        client = Client()
        return {
            client.post(hook.path, data=b'{"ulid": "01%d"}' % number, content_type="application/json", headers={"authorization": secret}).status_code
            for number in range(10)
        }

    assert _all_at_once(post) == [{202}] * MANY
    assert Receipt.everywhere.count() == 10


def test_workers_at_once_never_take_the_same_receipt(hooked: tuple[Hook, str]) -> None:
    for number in range(40):
        store(hooked[0], read_delivery(b'{"id": %d}' % number), now=utcnow())
    taken = [receipt.pk for receipts in _all_at_once(lambda: inbox.take(10)) for receipt in receipts]
    assert len(taken) == len(set(taken))
    assert set(Receipt.everywhere.filter(attempts=1).values_list("pk", flat=True)) == set(taken)


def test_forgeries_at_once_are_all_counted(hooked: tuple[Hook, str]) -> None:
    hook, _ = hooked
    codes = _all_at_once(lambda: {Client().post(hook.path, headers={"authorization": "Bearer wrong"}).status_code for _ in range(10)})
    assert codes == [{401}] * MANY
    hook.refresh_from_db()
    assert hook.refused == 10 * MANY
