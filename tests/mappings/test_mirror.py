"""Mirroring a list: what did not change is not written, what disappeared is marked, hostile text is cleaned."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mappings.mirror import mirror
from mappings.models import Reference
from tests.mappings.conftest import Listed, Place


def test_it_counts_new_changed_unchanged_and_vanished(acme: Place) -> None:
    first = acme.ledger("item", [Listed("a", "A", "One"), Listed("b", "B", "Two"), Listed("c", "C", "Three")])
    assert (first.new, first.changed, first.unchanged, first.vanished) == (3, 0, 0, 0)
    second = acme.ledger("item", [Listed("a", "A", "One"), Listed("b", "B", "Two, renamed")])
    assert (second.new, second.changed, second.unchanged, second.vanished) == (0, 1, 1, 1)
    gone = acme.ref("item", "c", ledger=True)
    assert (gone.active, gone.vanished) == (False, True)
    third = acme.ledger("item", [Listed("a", "A", "One"), Listed("b", "B", "Two, renamed"), Listed("c", "C", "Three")])
    assert (third.changed, third.unchanged, third.vanished) == (1, 2, 0)
    assert not acme.ref("item", "c", ledger=True).vanished


def test_nothing_vanishes_when_only_changes_were_read(acme: Place) -> None:
    acme.ledger("item", [Listed("a", "A", "One"), Listed("b", "B", "Two")])
    result = acme.ledger("item", [Listed("a", "A", "One")], complete=False)
    assert (result.unchanged, result.vanished) == (1, 0)


def test_only_the_projects_that_were_read_can_lose_rows(acme: Place) -> None:
    result = acme.source("project_cost_code", [Listed("901", "03-300", "Cast-in-place concrete", parent="11")], within=["11"])
    assert result.vanished == 3
    assert not acme.ref("project_cost_code", "911", parent="12").vanished


def test_a_row_listed_twice_is_kept_once(acme: Place) -> None:
    result = acme.ledger("item", [Listed("a", "A", "One"), Listed("a", "A", "One")])
    assert (result.new, Reference.everywhere.filter(kind="item").count()) == (1, 1)


def test_the_same_id_may_live_under_two_parents(acme: Place) -> None:
    result = acme.ledger("task", [Listed("T1", "T1", "Dig", parent="HT"), Listed("T1", "T1", "Dig", parent="MS")])
    assert result.new == 2


def test_forbidden_characters_are_cleaned_and_exact_numbers_kept(acme: Place) -> None:
    acme.ledger("item", [Listed("a\x00", "A\x0b1", "Nine\x00 inch\nnail", attributes={"price": Decimal("1.10")})])
    row = acme.ref("item", "a", ledger=True)
    assert (row.code, row.name, row.attributes) == ("A1", "Nine inch nail", {"price": "1.1"})


def test_a_reason_is_kept_ready_to_be_quoted(acme: Place) -> None:
    assert acme.account("1000").why_not == "it is tied to the bank account CHK1"


def test_a_row_without_an_id_is_refused(acme: Place) -> None:
    with pytest.raises(ValueError, match="unusable id"):
        acme.ledger("item", [Listed("  ", "A", "One")])


def test_an_unchanged_list_costs_one_query(acme: Place) -> None:
    rows = [Listed(f"i{n}", f"I{n}", f"Item {n}") for n in range(1500)]
    acme.ledger("item", rows)
    with CaptureQueriesContext(connection) as caught:
        result = mirror(acme.integration.ledger, "item", rows)
    assert result.unchanged == 1500
    assert len([query for query in caught if "SAVEPOINT" not in query["sql"]]) == 1
