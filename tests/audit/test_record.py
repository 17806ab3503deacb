"""Entries are written in one go, in order, redacted, and in the words of the list."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.events import EVENTS, HOLD_OPENED, MAPPING_CHANGED, POSTING_SETTLED, USER_SIGN_IN_FAILED, Event, UnknownEvent
from audit.models import PORTAL_CHAIN, AppendOnly, Entry, Head
from audit.record import CAP_CHARACTERS, NewEntry, record, record_many
from onecore.lib.scope import NoTenant, tenant_scope

pytestmark = pytest.mark.django_db


def test_it_writes_a_sentence_with_its_actor_and_its_facts(acme: Any) -> None:
    record(MAPPING_CHANGED, tenant_id=acme.pk, actor="ana", subject="03-300 Concrete", data={"before": "nothing", "after": "5010"}, document_id=7)
    entry = Entry.everywhere.get()
    assert entry.sentence == "ana mapped 03-300 Concrete: nothing became 5010"
    assert (entry.event, entry.actor, entry.sequence, entry.document_id) == ("mapping.changed", "ana", 1, 7)


def test_it_says_when_a_fact_was_not_given_instead_of_failing(acme: Any) -> None:
    record(HOLD_OPENED, tenant_id=acme.pk, subject="SC-001 #3")
    assert Entry.everywhere.get().sentence == "SC-001 #3 is held: (not said)"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "SC-001 is booked in the ledger"),
        ({"ledger_ref": "77"}, "SC-001 is booked in the ledger as 77"),
        ({"ledger_ref": "77", "number": "INV-9", "amount": Decimal("0.00"), "currency": "USD"}, "SC-001 is booked in the ledger as INV-9, 0.00 USD"),
        ({"number": "", "ledger_ref": "77", "amount": "1.00"}, "SC-001 is booked in the ledger as 77"),
        ({"number": "[[{actor}]]"}, "SC-001 is booked in the ledger as [[{actor}]]"),
    ],
)
def test_a_sentence_tells_as_much_as_is_known(acme: Any, data: dict[str, Any], sentence: str) -> None:
    record(POSTING_SETTLED, tenant_id=acme.pk, subject="SC-001", data=data)
    assert Entry.everywhere.get().sentence == sentence


def test_every_sentence_can_be_told_and_leaves_no_mark() -> None:
    for event in EVENTS.values():
        for told in (event.told({}), event.told(dict.fromkeys(re.findall("[a-z_]+", event.sentence), "x"))):
            assert told
            assert not set(told) & set("{}[]|"), event.name


def test_a_value_that_looks_like_a_template_stays_a_value(acme: Any) -> None:
    record(HOLD_OPENED, tenant_id=acme.pk, subject="{actor} {0.__class__}", data={"reason": "{subject}"})
    assert Entry.everywhere.get().sentence == "{actor} {0.__class__} is held: {subject}"


def test_it_refuses_an_event_that_is_not_in_the_list(acme: Any) -> None:
    with pytest.raises(UnknownEvent, match=r"audit/events\.py"):
        record(Event("posting.invented", "{subject}"), tenant_id=acme.pk)
    assert not Entry.everywhere.exists()


def test_every_event_name_is_unique_and_dotted() -> None:
    assert all(name.count(".") == 1 and name == name.lower() and len(name) <= 60 for name in EVENTS)
    assert len({id(event) for event in EVENTS.values()}) == len(EVENTS)


def test_each_tenant_counts_for_itself_and_links_to_its_own_last_entry(acme: Any, borealis: Any) -> None:
    record_many(acme.pk, [NewEntry(POSTING_SETTLED, subject=str(number)) for number in range(3)])
    record(POSTING_SETTLED, tenant_id=borealis.pk, subject="other")
    record(POSTING_SETTLED, tenant_id=acme.pk, subject="last")
    mine = list(Entry.everywhere.filter(tenant=acme).order_by("sequence"))
    assert [entry.sequence for entry in mine] == [1, 2, 3, 4]
    assert [entry.previous_mac for entry in mine] == ["", *[entry.mac for entry in mine[:-1]]]
    assert Entry.everywhere.get(tenant=borealis).sequence == 1
    assert Head.objects.get(chain=acme.pk).last_mac == mine[-1].mac


def test_what_belongs_to_no_tenant_has_a_chain_of_its_own(acme: Any) -> None:
    record(USER_SIGN_IN_FAILED, tenant_id=None, subject="mallory")
    record(USER_SIGN_IN_FAILED, tenant_id=None, subject="mallory")
    assert list(Entry.everywhere.filter(tenant=None).order_by("sequence").values_list("sequence", flat=True)) == [1, 2]
    assert Head.objects.get().chain == PORTAL_CHAIN


@pytest.mark.parametrize("number", [1, 10, 400])
def test_it_takes_three_queries_whatever_the_number_the_first_time_too(acme: Any, number: int) -> None:
    for _time in ("first", "again"):
        with CaptureQueriesContext(connection) as queries:
            record_many(acme.pk, [NewEntry(POSTING_SETTLED, subject="x", data={"n": n}) for n in range(number)])
        assert len(queries) == 3
    assert Entry.everywhere.count() == 2 * number


def test_it_rolls_back_with_its_caller(acme: Any) -> None:
    with pytest.raises(RuntimeError, match="the posting failed"), transaction.atomic():
        record(POSTING_SETTLED, tenant_id=acme.pk, subject="x")
        raise RuntimeError("the posting failed")
    assert not Entry.everywhere.exists()
    record(POSTING_SETTLED, tenant_id=acme.pk, subject="y")
    assert Entry.everywhere.get().sequence == 1


def test_no_secret_reaches_the_trail(acme: Any) -> None:
    record(
        POSTING_SETTLED,
        tenant_id=acme.pk,
        subject="x",
        request="<login><userid>u</userid><password>hunter2</password></login><sessionid>s3ss10n</sessionid>",
        response='{"access_token": "t0ken", "total": "12.00"}',
        data={"client_secret": "c4nary", "nested": [{"authorization": "Bearer abc"}], "note": "Bearer abc.def"},
    )
    entry = Entry.everywhere.get()
    everything = f"{entry.request}{entry.response}{entry.data}{entry.sentence}"
    for secret in ("hunter2", "s3ss10n", "t0ken", "c4nary", "abc"):
        assert secret not in everything
    assert "12.00" in entry.response


def test_a_secret_across_the_cut_is_still_masked(acme: Any) -> None:
    text = "x" * (CAP_CHARACTERS - 20) + "<password>hunter2" + "y" * 50 + "</password>"
    record(POSTING_SETTLED, tenant_id=acme.pk, request=text + "z" * 100)
    kept = Entry.everywhere.get().request
    assert "hunter2" not in kept
    assert "more characters were not kept" in kept


def test_hostile_text_and_awkward_numbers_are_written_and_read_back_alike(acme: Any) -> None:
    data = {"a\x00b": "nul \x00 and \ud800", "big": 2**80, "money": Decimal("100.00"), "seconds": 0.1, "day": datetime(2026, 1, 2, tzinfo=UTC)}
    record(POSTING_SETTLED, tenant_id=acme.pk, subject="x" * 1000 + "\x00", subject_id="y" * 500, actor="z" * 500, data=data, request="\x00\ud800r")
    entry = Entry.everywhere.get()
    assert entry.data == {"ab": "nul  and ", "big": 2**80, "money": "100.00", "seconds": "0.1", "day": "2026-01-02T00:00:00+00:00"}
    assert (len(entry.subject), len(entry.subject_id), len(entry.actor), entry.request) == (300, 100, 200, "r")


def test_times_are_kept_in_utc(acme: Any) -> None:
    record(POSTING_SETTLED, tenant_id=acme.pk, at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=10))))
    assert Entry.everywhere.get().at == datetime(2026, 1, 1, 17, 4, 5, 678901, tzinfo=UTC)


def test_nothing_to_write_is_no_query(acme: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        record_many(acme.pk, [])
    assert len(queries) == 0


def test_the_orm_offers_no_way_to_change_an_entry(acme: Any) -> None:
    record(POSTING_SETTLED, tenant_id=acme.pk)
    entry = Entry.everywhere.get()
    with pytest.raises(AppendOnly):
        entry.save()
    with pytest.raises(AppendOnly):
        entry.delete()


def test_a_screen_sees_the_current_tenants_entries_only(acme: Any, borealis: Any) -> None:
    record(POSTING_SETTLED, tenant_id=acme.pk, subject="ours")
    record(POSTING_SETTLED, tenant_id=borealis.pk, subject="theirs")
    with tenant_scope(acme):
        assert [entry.subject for entry in Entry.objects.all()] == ["ours"]
    with pytest.raises(NoTenant):
        Entry.objects.count()
