"""Setting a mapping: refused with the reason, or stored with a change, an audit entry and a ring."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from audit.models import Entry
from mappings.assign import Assignment, Refusal, assign, assign_many
from mappings.counts import unmapped_badge, unmapped_counts, unmapped_projects_badge, unmapped_vendors_badge
from mappings.ensure import ensure_all, ensure_rows
from mappings.kinds import COST_CODE
from mappings.models import CostCodeMapping, MappingChange, VendorMapping
from mappings.spread import apply_to_all_projects
from onecore.lib import doorbell
from tests.mappings.conftest import Listed, Place


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(doorbell, "_enqueue", heard.append)
    return heard


def standard(acme: Place) -> CostCodeMapping:
    source = acme.ref("cost_code", "101")
    return CostCodeMapping.everywhere.select_related("integration", "source").get(
        pk=ensure_rows(acme.integration, "cost_code", [source.pk])[source.pk]
    )


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("5000", "it is a header"),
        ("5999", "is inactive in the ledger"),
        ("1000", "tied to the bank account CHK1"),
        ("4000", "of the type income"),
        ("2100", "holds retainage"),
    ],
)
def test_an_unusable_account_is_refused_with_the_reason(acme: Place, number: str, says: str) -> None:
    row = standard(acme)
    with pytest.raises(Refusal, match=says) as refused:
        assign(row, account=acme.account(number), by="carl", how="grid")
    assert refused.value.field == "account"
    row.refresh_from_db()
    assert row.account_id is None
    assert not MappingChange.everywhere.exists()


def test_a_cost_account_that_only_sounds_like_retainage_is_taken(acme: Place) -> None:
    assert assign(standard(acme), account=acme.account("5400"), by="carl", how="grid") is not None


def test_a_target_of_the_wrong_list_is_refused(acme: Place) -> None:
    with pytest.raises(Refusal, match="is a class, but a ledger account is wanted"):
        assign(standard(acme), account=acme.ref("class", "C1", ledger=True), by="carl", how="grid")


def test_a_target_that_vanished_is_refused(acme: Place) -> None:
    acme.ledger("account", [Listed("5010", "5010", "Concrete")])
    with pytest.raises(Refusal, match="no longer in the ledger"):
        assign(standard(acme), account=acme.account("5020"), by="carl", how="grid")


def test_another_tenants_account_is_refused(acme: Place, borealis: Place) -> None:
    with pytest.raises(Refusal, match="another company's ledger"):
        assign(standard(acme), account=borealis.account("5010"), by="carl", how="grid")


def test_another_tenants_cost_code_is_refused(acme: Place, borealis: Place) -> None:
    with pytest.raises(Refusal, match="no cost code of Acme main's source"):
        assign((acme.integration, "cost_code", borealis.ref("cost_code", "101")), account=acme.account("5010"), by="carl", how="grid")


def test_a_header_is_not_mapped_itself(acme: Place) -> None:
    with pytest.raises(Refusal, match="Map the codes below it"):
        assign((acme.integration, "cost_code", acme.ref("cost_code", "100")), account=acme.account("5010"), by="carl", how="grid")


def test_a_code_that_became_a_header_can_still_be_cleared(acme: Place) -> None:
    row = standard(acme)
    assign(row, account=acme.account("5010"), by="carl", how="grid")
    acme.source("cost_code", [Listed("101", "03-300", "Cast-in-place concrete", selectable=False, why_not="it is a header now")], complete=False)
    row = CostCodeMapping.everywhere.get(pk=row.pk)
    assert assign(row, account=None, by="carl", how="grid") is not None
    with pytest.raises(Refusal, match="it is a header now"):
        assign(row, account=acme.account("5010"), by="carl", how="grid")


def test_a_change_is_stored_audited_and_rung(acme: Place, rings: list[str], django_capture_on_commit_callbacks: pytest.fixture) -> None:  # type: ignore[valid-type]
    with django_capture_on_commit_callbacks(execute=True):
        change = assign(standard(acme), account=acme.account("5010"), by="carl", how="grid")
    assert change is not None
    assert change.before == {"account": None}
    assert change.after["account"]["code"] == "5010"
    assert (change.by, change.how, change.replayed_at, change.kind) == ("carl", "grid", None, "cost_code")
    entry = Entry.objects.get(event="mapping.changed")
    assert entry.tenant_id == acme.tenant.pk
    assert "5010 Concrete" in entry.sentence
    assert len(rings) == 1
    row = standard(acme)
    assert (row.set_by, row.how) == ("carl", "grid")


def test_setting_what_is_set_already_changes_nothing(acme: Place, rings: list[str]) -> None:
    row = standard(acme)
    assign(row, account=acme.account("5010"), by="carl", how="grid")
    assert assign(row, account=acme.account("5010"), by="dora", how="grid") is None
    assert MappingChange.everywhere.count() == 1
    assert Entry.objects.filter(event="mapping.changed").count() == 1


def test_clearing_is_a_change_with_its_before(acme: Place) -> None:
    row = standard(acme)
    assign(row, account=acme.account("5010"), by="carl", how="grid")
    change = assign(row, account=None, by="carl", how="grid")
    assert change is not None
    assert change.before["account"]["code"] == "5010"
    assert change.words == "account: 5010 Concrete → nothing"


def test_fields_that_are_not_named_stay(acme: Place) -> None:
    row = standard(acme)
    assign(row, account=acme.account("5010"), location=acme.ref("location", "L10", ledger=True), by="carl", how="grid")
    assign(row, account=acme.account("5020"), by="carl", how="grid")
    row.refresh_from_db()
    assert row.location == acme.ref("location", "L10", ledger=True)


def test_one_refused_row_stops_the_whole_block(acme: Place) -> None:
    wanted = [
        Assignment({"account": acme.account("5010")}, source=acme.ref("cost_code", "101")),
        Assignment({"account": acme.account("1000")}, source=acme.ref("cost_code", "102")),
    ]
    with pytest.raises(Refusal):
        assign_many(acme.integration, COST_CODE, wanted, by="carl", how="import")
    assert not CostCodeMapping.everywhere.filter(account__isnull=False).exists()


def test_rows_are_made_once_for_the_usable_entries(acme: Place) -> None:
    first = ensure_all(acme.integration)
    assert first == {"cost_code": 2, "cost_type": 2, "vendor": 2, "project": 2}
    assert ensure_all(acme.integration) == dict.fromkeys(first, 0)
    source = acme.ref("cost_code", "101").pk
    assert ensure_rows(acme.integration, "cost_code", [source, source]) == {source: CostCodeMapping.everywhere.get(source_id=source).pk}


def test_rows_are_not_made_for_strangers(acme: Place, borealis: Place) -> None:
    assert ensure_rows(acme.integration, "vendor", [borealis.ref("vendor", "70").pk, acme.ref("cost_code", "101").pk]) == {}
    assert not VendorMapping.everywhere.exists()


def test_the_badges_count_what_documents_could_stop_at(acme: Place, borealis: Place, django_assert_num_queries: Any) -> None:
    ensure_all(acme.integration)
    ensure_all(borealis.integration)
    assert unmapped_counts(integration_id=acme.integration.pk) == {"cost_code": 2, "cost_type": 2, "vendor": 2, "project": 2}
    request = RequestFactory().get("/")
    with django_assert_num_queries(1):
        badges = [badge(request) for badge in (unmapped_badge, unmapped_vendors_badge, unmapped_projects_badge)]
    assert badges == ["2", "2", "2"]
    assign(standard(acme), item=None, account=acme.account("5010"), by="carl", how="grid")
    assert unmapped_badge(RequestFactory().get("/")) == "1"


def test_a_project_code_is_applied_to_all_projects_through_its_standard_code(acme: Place) -> None:
    source = acme.ref("project_cost_code", "901", parent="11")
    assign((acme.integration, "cost_code", source), account=acme.account("5010"), by="carl", how="grid")
    spread = apply_to_all_projects(acme.row(source), by="carl")
    assert (spread.standard, spread.changed) == (True, 1)
    assert standard(acme).account == acme.account("5010")
    assert apply_to_all_projects(acme.row(source), by="carl").changed == 0


def test_a_code_without_a_standard_one_is_applied_project_by_project(acme: Place) -> None:
    source = acme.ref("project_cost_code", "912", parent="12")
    assign((acme.integration, "cost_code", source), account=acme.account("5100"), by="carl", how="grid")
    spread = apply_to_all_projects(acme.row(source), by="carl")
    assert (spread.standard, spread.projects, spread.changed) == (False, 2, 1)
    assert acme.row(acme.ref("project_cost_code", "903", parent="11")).account == acme.account("5100")


def test_an_unmapped_code_cannot_be_applied_to_all(acme: Place) -> None:
    source = acme.ref("project_cost_code", "901", parent="11")
    ensure_rows(acme.integration, "cost_code", [source.pk])
    with pytest.raises(Refusal, match="not mapped yet"):
        apply_to_all_projects(acme.row(source), by="carl")


def test_the_database_keeps_one_row_a_code_and_type(acme: Place) -> None:
    from django.db import IntegrityError, transaction

    row = standard(acme)
    with pytest.raises(IntegrityError), transaction.atomic():
        CostCodeMapping.everywhere.create(tenant=acme.tenant, integration=acme.integration, source=row.source)
    assert connection.vendor in {"sqlite", "postgresql"}
