"""Loading costs the same number of queries however much is mapped; answering costs none."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mappings.assign import Assignment, assign_many
from mappings.kinds import COST_CODE
from mappings.models import Reference
from mappings.resolve import Coding, Resolver
from tests.mappings.conftest import Listed, Place


def queries_to_load(place: Place) -> int:
    integration = type(place.integration).everywhere.get(pk=place.integration.pk)
    with CaptureQueriesContext(connection) as caught:
        Resolver.load(integration)
    return len(caught)


def map_many(place: Place, count: int) -> None:
    place.source("cost_code", [Listed(f"m{n}", f"50-{n:04}", f"Work {n}") for n in range(count)], complete=False)
    sources = Reference.everywhere.filter(connection=place.integration.source, kind="cost_code", remote_id__startswith="m")
    account = place.account("5010")
    assign_many(place.integration, COST_CODE, [Assignment({"account": account}, source=one) for one in sources], by="carl", how="test")


def test_loading_does_not_cost_more_queries_with_more_mappings(acme: Place) -> None:
    few = queries_to_load(acme)
    map_many(acme, 600)
    assert queries_to_load(acme) == few
    assert few <= 8


def test_lines_cost_no_query(acme: Place, django_assert_num_queries: pytest.fixture) -> None:  # type: ignore[valid-type]
    map_many(acme, 50)
    resolver = Resolver.load(acme.integration)
    with django_assert_num_queries(0):
        codings = [resolver.cost(f"m{n % 50}", "2", "11") for n in range(2000)]
    assert all(isinstance(coding, Coding) for coding in codings)


def test_setting_many_costs_queries_by_blocks_not_by_rows(acme: Place) -> None:
    counts = []
    for start, count in ((0, 20), (1000, 200)):
        acme.source("cost_code", [Listed(f"n{start}-{n}", f"51-{start + n:05}", "Work") for n in range(count)], complete=False)
        rows = Reference.everywhere.filter(connection=acme.integration.source, kind="cost_code", remote_id__startswith=f"n{start}-")
        wanted = [Assignment({"account": acme.account("5010")}, source=one) for one in rows]
        with CaptureQueriesContext(connection) as caught:
            assign_many(acme.integration, COST_CODE, wanted, by="carl", how="test")
        counts.append(len(caught))
    assert counts[1] <= counts[0] + 12  # SQLite splits wide inserts by its parameter limit
