"""Every way of tampering is seen, and the first bad entry is named. The tamperer here owns the database, but not the key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import verify as verifying
from audit.chain import KeyRing, content_of, head_content
from audit.events import POSTING_SETTLED
from audit.models import Entry, Head
from audit.record import record
from audit.verify import verify, verify_and_note

pytestmark = pytest.mark.django_db
Written = Callable[..., list[Entry]]
Sql = Callable[..., None]

FORGER = KeyRing("a key of the forger's own")


def _first(tenant: Any) -> tuple[int, str]:
    result = verify(tenant.pk)
    assert not result.ok
    return result.faults[0].sequence, result.faults[0].what


def _recompute(tenant: Any, ring: KeyRing) -> list[tuple[str, str, int]]:
    """New macs for the whole chain with another key: what a forger without ours can do."""
    previous, rows = "", []
    for entry in Entry.everywhere.filter(tenant=tenant).order_by("sequence"):
        mac = ring.mac(previous, content_of(entry), key_id=ring.current)
        rows.append((previous, mac, entry.pk))
        previous = mac
    return rows


def test_an_untouched_trail_holds(acme: Any, borealis: Any, written: Written) -> None:
    written(5)
    written(3, tenant=borealis)
    result = verify()
    assert (result.ok, result.entries, result.faults, result.guarded) == (True, 8, [], True)
    assert {end.tenant_id: end.entries for end in result.chains} == {acme.pk: 5, borealis.pk: 3}
    assert verify(acme.pk).entries == 5


def test_an_empty_trail_holds(acme: Any) -> None:
    assert verify().ok
    assert verify(acme.pk).entries == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("event", "posting.voided"),
        ("sentence", "bill 3 is booked, honestly"),
        ("actor", "somebody else"),
        ("subject", "bill 4"),
        ("subject_id", "9"),
        ("integration_id", 9),
        ("document_id", 9),
        ("data", '{"amount": "100.01"}'),
        ("request", "x"),
        ("response", "x"),
        ("at", "2020-01-01 00:00:00+00:00"),
        ("mac", "0" * 64),
        ("previous_mac", "0" * 64),
    ],
)
def test_any_changed_column_is_seen(acme: Any, written: Written, sql: Sql, column: str, value: Any) -> None:
    rows = written(5)
    sql(f"UPDATE audit_entry SET {column} = %s WHERE id = %s", value, rows[2].pk)
    sequence, what = _first(acme)
    assert sequence == 3
    assert "entry 3" in what


def test_one_changed_entry_is_one_fault(acme: Any, written: Written, sql: Sql) -> None:
    rows = written(5)
    sql("UPDATE audit_entry SET sentence = %s WHERE id = %s", "x", rows[1].pk)
    assert [(fault.sequence, fault.tenant_id) for fault in verify().faults] == [(2, acme.pk)]


def test_an_entry_given_to_another_tenant_is_seen_on_both_sides(acme: Any, borealis: Any, written: Written, sql: Sql) -> None:
    rows = written(3)
    sql("UPDATE audit_entry SET tenant_id = %s WHERE id = %s", borealis.pk, rows[2].pk)
    assert {fault.tenant_id for fault in verify().faults} == {acme.pk, borealis.pk}


@pytest.mark.parametrize(("gone", "told"), [([1], "entry 1 is missing"), ([3], "entry 3 is missing"), ([2, 3], "entries 2 to 3 are missing")])
def test_a_deleted_entry_is_seen(acme: Any, written: Written, sql: Sql, gone: list[int], told: str) -> None:
    rows = written(5)
    for sequence in gone:
        sql("DELETE FROM audit_entry WHERE id = %s", rows[sequence - 1].pk)
    assert _first(acme) == (gone[0], told)


def test_a_deleted_entry_is_seen_when_the_others_are_numbered_anew(acme: Any, written: Written, sql: Sql) -> None:
    rows = written(5)
    sql("DELETE FROM audit_entry WHERE id = %s", rows[1].pk)
    for row in rows[2:]:
        sql("UPDATE audit_entry SET sequence = %s WHERE id = %s", row.sequence - 1, row.pk)
    assert _first(acme)[0] == 2


def test_an_inserted_entry_is_seen(acme: Any, written: Written, sql: Sql) -> None:
    rows = written(4)
    for row in reversed(rows[2:]):
        sql("UPDATE audit_entry SET sequence = %s WHERE id = %s", row.sequence + 1, row.pk)
    forged = Entry.everywhere.get(pk=rows[1].pk)
    forged.pk, forged.sequence, forged.previous_mac = None, 3, rows[1].mac
    Entry.everywhere.bulk_create([forged])
    assert _first(acme)[0] == 3


def test_exchanged_entries_are_seen(acme: Any, written: Written, sql: Sql) -> None:
    rows = written(5)
    for pk, sequence in ((rows[1].pk, 99), (rows[3].pk, 2), (rows[1].pk, 4)):
        sql("UPDATE audit_entry SET sequence = %s WHERE id = %s", sequence, pk)
    assert _first(acme)[0] == 2


def test_a_cut_tail_is_seen(acme: Any, written: Written, sql: Sql) -> None:
    rows = written(5)
    sql("DELETE FROM audit_entry WHERE sequence > 3")
    assert _first(acme) == (4, "entries 4 to 5 are missing: the end of the chain was cut off")
    sql("UPDATE audit_head SET sequence = 3, last_mac = %s", rows[2].mac)
    assert "head of the chain was altered" in _first(acme)[1]


def test_a_missing_head_is_seen(acme: Any, written: Written, sql: Sql) -> None:
    written(2)
    sql("DELETE FROM audit_head")
    assert _first(acme) == (2, "the head of the chain is missing")


def test_entries_appended_without_the_key_are_seen(acme: Any, written: Written) -> None:
    rows = written(2)
    forged = Entry.everywhere.get(pk=rows[1].pk)
    forged.pk, forged.sequence, forged.previous_mac = None, 3, rows[1].mac
    forged.mac = FORGER.mac(forged.previous_mac, content_of(forged), key_id=FORGER.current)
    Entry.everywhere.bulk_create([forged])
    faults = verify(acme.pk).faults
    assert faults[0].sequence == 3
    assert any("behind the head" in fault.what for fault in faults)


def test_a_chain_recomputed_without_the_key_is_seen(acme: Any, written: Written, sql: Sql) -> None:
    rows = written(5)
    sql("UPDATE audit_entry SET sentence = %s WHERE id = %s", "nothing happened", rows[1].pk)
    for previous, mac, pk in (recomputed := _recompute(acme, FORGER)):
        sql("UPDATE audit_entry SET previous_mac = %s, mac = %s WHERE id = %s", previous, mac, pk)
    content = head_content(chain=acme.pk, sequence=5, last_mac=recomputed[-1][1])
    sql("UPDATE audit_head SET last_mac = %s, mac = %s", recomputed[-1][1], FORGER.mac("", content, key_id=FORGER.current))
    assert _first(acme)[0] == 1
    sql("UPDATE audit_entry SET key_id = %s", FORGER.current)
    sequence, what = _first(acme)
    assert sequence == 1
    assert "not in ONECORE_AUDIT_KEY" in what


def test_an_older_copy_put_back_is_seen_by_the_next_verification(acme: Any, written: Written, sql: Sql) -> None:
    written(3)
    old = Head.objects.get(chain=acme.pk)
    written(2)
    assert verify_and_note(actor="test").ok
    sql("DELETE FROM audit_entry WHERE tenant_id = %s AND sequence > 3", acme.pk)
    sql("UPDATE audit_head SET sequence = 3, last_mac = %s, mac = %s WHERE chain = %s", old.last_mac, old.mac, acme.pk)
    sequence, what = _first(acme)
    assert (sequence, "earlier verification saw them" in what) == (4, True)


def test_a_whole_tenants_trail_removed_is_seen_by_the_next_verification(acme: Any, written: Written, sql: Sql) -> None:
    written(3)
    verify_and_note(actor="test")
    sql("DELETE FROM audit_entry WHERE tenant_id = %s", acme.pk)
    sql("DELETE FROM audit_head WHERE chain = %s", acme.pk)
    assert [(fault.tenant_id, fault.sequence) for fault in verify().faults] == [(acme.pk, 1)]


def test_a_head_kept_elsewhere_finds_a_database_put_back_and_lived_on(acme: Any, written: Written, sql: Sql) -> None:
    rows = written(3)
    kept = {acme.pk: (3, rows[2].mac)}
    sql("DELETE FROM audit_entry WHERE sequence > 1")
    sql("DELETE FROM audit_head")
    content = head_content(chain=acme.pk, sequence=1, last_mac=rows[0].mac)
    ring = verifying.KeyRing(verifying.settings.ONECORE_AUDIT_KEY)
    sql(
        "INSERT INTO audit_head (chain, sequence, last_mac, key_id, mac) VALUES (%s, 1, %s, %s, %s)",
        acme.pk,
        rows[0].mac,
        ring.current,
        ring.mac("", content, key_id=ring.current),
    )
    for number in range(5):
        record(POSTING_SETTLED, tenant_id=acme.pk, subject=f"after {number}")
    assert verify(acme.pk).ok
    faults = verify(acme.pk, anchors=[kept]).faults
    assert [fault.sequence for fault in faults] == [3]
    assert "rewritten or put back" in faults[0].what


def test_a_verification_notes_itself_and_keeps_what_others_saw(acme: Any, borealis: Any, written: Written) -> None:
    written(2)
    written(1, tenant=borealis)
    verify_and_note(acme.pk, actor="ana")
    verify_and_note(borealis.pk, actor="ana")
    noted = Entry.everywhere.filter(tenant=None).order_by("-sequence").first()
    assert (noted.event, noted.actor, set(noted.data["heads"])) == ("audit.verified", "ana", {str(acme.pk), str(borealis.pk)})
    assert verify().ok


def test_a_faulty_verification_is_noted_too(acme: Any, written: Written, sql: Sql) -> None:
    rows = written(3)
    sql("UPDATE audit_entry SET sentence = %s WHERE id = %s", "x", rows[1].pk)
    verify_and_note(actor="ana")
    noted = Entry.everywhere.get(tenant=None)
    assert noted.event == "audit.faulty"
    assert "entry 2 was altered" in noted.sentence


def test_a_replaced_key_keeps_old_entries_good(acme: Any, written: Written, settings: Any) -> None:
    written(2)
    settings.ONECORE_AUDIT_KEY = f"the next key,{settings.ONECORE_AUDIT_KEY}"
    written(2)
    assert verify().ok
    settings.ONECORE_AUDIT_KEY = "the next key"
    assert _first(acme)[0] == 1


def test_entries_appended_while_it_walks_are_no_fault(acme: Any, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    written(3)
    real = verifying._Walk._step

    def step(walk: Any, entry: Entry) -> None:
        real(walk, entry)
        if entry.sequence == 2:
            record(POSTING_SETTLED, tenant_id=acme.pk, subject="meanwhile")

    monkeypatch.setattr(verifying._Walk, "_step", step)
    assert verify(acme.pk).ok


def test_it_reads_in_steps(acme: Any, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "_STEP", 9)
    written(35)
    with CaptureQueriesContext(connection) as queries:
        result = verify(acme.pk)
    assert (result.ok, result.entries) == (True, 35)
    assert len([query for query in queries if query["sql"].endswith("LIMIT 9")]) == 5


def test_a_database_without_its_guard_is_said_so(acme: Any, written: Written) -> None:
    from audit.guard import lower_guard, raise_guard

    written(1)
    lower_guard("default")
    assert not verify().guarded
    raise_guard("default")
    assert verify().guarded
