"""A true delivery is stored once and acknowledged at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from connectors.webhooks import receive
from connectors.webhooks.models import Hook, Receipt
from connectors.webhooks.views import MAX_BODY_BYTES

pytestmark = pytest.mark.django_db

DELIVERY = {"id": 5982324300946918154, "ulid": "01EDPD2J6SBY1163N77H95GW09", "resource_name": "Company Vendors", "resource_id": 245510722}


def test_it_stores_the_body_as_it_came_and_answers_202_with_nothing(post: Any, hooked: Any) -> None:
    raw = b'\xef\xbb\xbf{ "ulid":"01B",\r\n "name":"Caf\xc3\xa9" }'
    answer = post(raw)
    assert (answer.status_code, answer.content) == (202, b"")
    receipt = Receipt.everywhere.get()
    assert receipt.body.encode() == raw
    assert (receipt.event_id, receipt.state, receipt.attempts) == ("01B", "new", 0)
    assert (receipt.tenant_id, receipt.connection_id, receipt.hook_id) == (hooked[0].tenant_id, hooked[0].connection_id, hooked[0].pk)


def test_the_same_event_a_hundred_times_is_one_receipt_and_always_acknowledged(post: Any) -> None:
    assert {post(DELIVERY).status_code for _ in range(100)} == {202}
    assert Receipt.everywhere.count() == 1


@pytest.mark.parametrize(
    ("body", "event_id"),
    [
        (DELIVERY, DELIVERY["ulid"]),
        ({"id": 77, "x": 1}, "77"),
        ({"id": "01JMYXMZRBVKK0PC6XS8SA4QRE", "reason": "update"}, "01JMYXMZRBVKK0PC6XS8SA4QRE"),
        ({"id": None, "ulid": "", "x": 1}, None),
        ({"id": True, "x": 1}, None),
        ([{"id": 1}], None),
    ],
)
def test_it_finds_the_senders_own_id_or_takes_the_digest_of_the_body(post: Any, body: Any, event_id: str | None) -> None:
    assert post(body).status_code == 202
    receipt = Receipt.everywhere.get()
    assert receipt.event_id == event_id if event_id else len(receipt.event_id) == 64


def test_a_very_long_id_still_tells_duplicates_apart(post: Any) -> None:
    for ending in ("a", "b", "a"):
        assert post({"id": "x" * 5000 + ending}).status_code == 202
    assert Receipt.everywhere.count() == 2


def test_the_same_event_id_for_two_tenants_is_two_receipts(post: Any, connection_of: Any) -> None:
    other, secret = receive.create_hook(connection_of("borealis"))
    post(DELIVERY)
    post(DELIVERY, path=other.path, secret=secret)
    assert {receipt.tenant_id for receipt in Receipt.everywhere.all()} == set(Hook.everywhere.values_list("tenant_id", flat=True))


def test_a_delivery_takes_one_look_up_and_one_insert(post: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert post(DELIVERY).status_code == 202
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "INSERT"]
    with CaptureQueriesContext(connection) as queries:
        assert post(DELIVERY).status_code == 202
    assert len(queries) == 2


def test_it_neither_reads_nor_sets_a_cookie(post: Any, client: Any) -> None:
    client.cookies["sessionid"] = "x" * 32
    with CaptureQueriesContext(connection) as queries:
        answer = post(DELIVERY)
    assert not answer.cookies
    assert not [query for query in queries if "session" in query["sql"].lower()]


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_the_content_type_does_not_matter(post: Any, content_type: str) -> None:
    assert post(DELIVERY, content_type=content_type).status_code == 202


@pytest.mark.parametrize("accept", ["text/html", "application/vnd.nobody+xml", "*/*"])
def test_the_accept_header_does_not_matter(post: Any, accept: str) -> None:
    assert post(DELIVERY, accept=accept).status_code == 202


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"[]", b'"text"', b"7", b"\xff\xfe{\x00}\x00", b'{"id": "\x00"}', b"[" * 100_000])
def test_an_unreadable_body_is_refused_counted_and_stored_nowhere(post: Any, hooked: Any, raw: bytes) -> None:
    answer = post(raw)
    assert (answer.status_code, answer.content) == (400, b"")
    assert not Receipt.everywhere.exists()
    hooked[0].refresh_from_db()
    assert (hooked[0].malformed, hooked[0].refused) == (1, 0)


def test_a_body_that_is_too_large_is_refused_and_counted(post: Any, hooked: Any) -> None:
    assert post({"id": 1, "pad": "x" * MAX_BODY_BYTES}).status_code == 413
    hooked[0].refresh_from_db()
    assert hooked[0].malformed == 1
    assert not Receipt.everywhere.exists()


def test_a_body_with_escaped_nul_is_stored(post: Any) -> None:
    assert post({"id": "a\0b", "name": "\0"}).status_code == 202
    assert Receipt.everywhere.get().event_id == "ab"


def test_a_database_that_fails_asks_the_sender_to_come_again(post: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(receive, "store", broken)
    answer = post(DELIVERY)
    assert (answer.status_code, answer.content) == (503, b"")
    assert int(answer["Retry-After"]) > 0


def test_a_database_that_fails_at_the_look_up_asks_the_sender_to_come_again(post: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(receive, "find_hook", broken)
    assert post(DELIVERY).status_code == 503


def test_a_delivery_writes_no_audit_entry(post: Any) -> None:
    before = Entry.everywhere.count()
    post(DELIVERY)
    assert Entry.everywhere.count() == before
