"""The grid in the admin: what it shows, saves and refuses, to whom, and at what cost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mappings.assign import Assignment, assign_many
from mappings.ensure import ensure_all, ensure_rows
from mappings.kinds import COST_CODE
from mappings.models import CostCodeMapping, Reference
from tests.mappings.conftest import Listed, Place

GRID = "/admin/mappings/costcodemapping/"


def signed_in(place: Place, role: str = "finance", name: str = "carl") -> Client:
    client = Client()
    client.force_login(place.person(name, role), backend="onecore.tenants.login.RoleBackend")
    return client


def post(client: Client, address: str, data: dict[str, Any]) -> Any:
    return client.post(address, json.dumps(data), content_type="application/json")


def codes_on(page: Any) -> list[str]:
    return [row.code for row in page.context["grid"].rows]


def row_of(place: Place, remote_id: str = "101") -> int:
    source = place.ref("cost_code", remote_id)
    return ensure_rows(place.integration, "cost_code", [source.pk])[source.pk]


def test_it_shows_rows_and_counts_of_each_state(acme: Place) -> None:
    ensure_all(acme.integration)
    assign_many(acme.integration, COST_CODE, [Assignment({"account": acme.account("5010")}, source=acme.ref("cost_code", "101"))], by="c", how="t")
    client = signed_in(acme)
    page = client.get(GRID).content.decode()
    assert "03-300" in page
    assert 'value="5010"' in page
    assert '<b data-count="unmapped">1</b>' in page
    assert codes_on(client.get(GRID, {"state": "unmapped"})) == ["09-250"]
    assert codes_on(client.get(GRID, {"state": "mapped"})) == ["03-300"]
    assert codes_on(client.get(GRID, {"q": "cast-in CONCRETE"})) == ["03-300"]


def test_all_four_kinds_have_their_grid(acme: Place) -> None:
    ensure_all(acme.integration)
    client = signed_in(acme)
    for model, word in (("costtype", "Labor"), ("vendor", "Apex Concrete"), ("project", "Harbor Tower")):
        assert word in client.get(f"/admin/mappings/{model}mapping/").content.decode()


def test_a_page_costs_the_same_queries_with_many_rows(acme: Place) -> None:
    ensure_all(acme.integration)
    client = signed_in(acme)
    client.get(GRID)

    def queries(**asked: Any) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(GRID, asked).status_code == 200
        return len(caught), sum("mappings_" in query["sql"] or "connections_" in query["sql"] for query in caught)

    few = queries()
    acme.source("cost_code", [Listed(f"m{n}", f"50-{n:04}", f"Work {n}") for n in range(400)], complete=False)
    ensure_all(acme.integration)
    assert queries(page=3) == few
    assert few[1] <= 7  # the grid's own, the menu's badge included


def test_focus_finds_the_page_of_its_row_in_whatever_state(acme: Place) -> None:
    acme.source("cost_code", [Listed(f"m{n}", f"50-{n:04}", f"Work {n}") for n in range(130)], complete=False)
    ensure_all(acme.integration)
    row = row_of(acme, "m120")
    page = signed_in(acme).get(GRID, {"focus": row}).content.decode()
    assert f'data-focus="{row}"' in page
    assert f'<tr data-row="{row}"' in page
    assert "Page 3 of 3" in page


def test_type_ahead_finds_by_code_and_by_words_and_says_what_cannot_be_chosen(acme: Place) -> None:
    client = signed_in(acme)
    ask = {"integration": acme.integration.pk, "field": "account"}
    by_code = client.get(f"{GRID}targets/", {**ask, "q": "50"}).json()["matches"]
    assert [match["code"] for match in by_code][:2] == ["5010", "5020"]
    assert next(match for match in by_code if match["code"] == "5000")["why_not"] == "it is a header"
    refused = client.get(f"{GRID}targets/", {**ask, "q": "1000"}).json()["matches"][0]
    assert (refused["code"], refused["why_not"]) == ("1000", "it is tied to the bank account CHK1")
    by_words = client.get(f"{GRID}targets/", {**ask, "q": "labor sub"}).json()["matches"]
    assert [match["code"] for match in by_words] == ["5100"]


def test_the_very_code_comes_first_even_if_it_cannot_be_chosen(acme: Place) -> None:
    acme.ledger("account", [Listed(f"7{n:04}", f"7{n:04}", f"Account {n}") for n in range(990, 1010)], complete=False)
    found = signed_in(acme).get(f"{GRID}targets/", {"integration": acme.integration.pk, "field": "account", "q": "1000"}).json()["matches"]
    assert [match["code"] for match in found] == ["1000", "71000"]


def test_type_ahead_answers_at_most_twenty_of_thousands(acme: Place) -> None:
    acme.ledger("account", [Listed(f"7{n:04}", f"7{n:04}", f"Account {n}") for n in range(3000)], complete=False)
    client = signed_in(acme)
    client.get(GRID)
    matches = client.get(f"{GRID}targets/", {"integration": acme.integration.pk, "field": "account", "q": "account"}).json()["matches"]
    assert len(matches) == 20


def test_saving_one_cell_answers_the_row_anew(acme: Place) -> None:
    row = row_of(acme)
    answer = post(signed_in(acme), f"{GRID}save/", {"mapping": row, "field": "account", "reference": acme.account("5010").pk})
    assert answer.status_code == 200
    assert answer.json()["row"]["mapped"] is True
    assert CostCodeMapping.everywhere.get(pk=row).account == acme.account("5010")
    cleared = post(signed_in(acme, name="cora"), f"{GRID}save/", {"mapping": row, "field": "account", "reference": None})
    assert cleared.json()["row"]["mapped"] is False


def test_a_refused_target_answers_with_the_sentence_and_changes_nothing(acme: Place) -> None:
    row = row_of(acme)
    answer = post(signed_in(acme), f"{GRID}save/", {"mapping": row, "field": "account", "reference": acme.account("1000").pk})
    assert answer.status_code == 422
    assert "bank account" in answer.json()["sentence"]
    assert CostCodeMapping.everywhere.get(pk=row).account_id is None


def test_strangers_rows_and_targets_are_not_there(acme: Place, borealis: Place) -> None:
    theirs, ours = row_of(borealis), row_of(acme)
    client = signed_in(acme)
    for data in (
        {"mapping": theirs, "field": "account", "reference": None},
        {"mapping": 999_999, "field": "account", "reference": None},
        {"mapping": ours, "field": "account", "reference": borealis.account("5010").pk},
        {"mapping": ours, "field": "tenant", "reference": None},
    ):
        assert post(client, f"{GRID}save/", data).status_code == 404
    assert client.get(f"{GRID}targets/", {"integration": borealis.integration.pk, "field": "account", "q": "5"}).status_code == 404
    assert client.get(GRID, {"integration": borealis.integration.pk}).status_code == 404
    assert client.get(f"{GRID}export/", {"integration": borealis.integration.pk}).status_code == 404
    assert client.get(f"{GRID}import/", {"integration": borealis.integration.pk}).status_code == 404
    assert client.get(f"{GRID}{theirs}/change/").status_code == 404
    assert post(client, f"{GRID}spread/", {"mapping": theirs}).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "auditor", "approver"])
def test_who_may_not_map_may_look_but_not_change(acme: Place, role: str) -> None:
    row = row_of(acme)
    client = signed_in(acme, role)
    page = client.get(GRID)
    assert page.status_code == 200
    assert "readonly" in page.content.decode()
    assert post(client, f"{GRID}save/", {"mapping": row, "field": "account", "reference": acme.account("5010").pk}).status_code == 403
    assert post(client, f"{GRID}spread/", {"mapping": row}).status_code == 403
    assert client.post(f"{GRID}add-row/", {"integration": acme.integration.pk, "code": "03-300"}).status_code == 403
    assert client.get(f"{GRID}import/", {"integration": acme.integration.pk}).status_code == 403


@pytest.mark.parametrize("role", ["owner", "finance", "onboarding"])
def test_who_may_map_may_save(acme: Place, role: str) -> None:
    data = {"mapping": row_of(acme), "field": "account", "reference": acme.account("5010").pk}
    assert post(signed_in(acme, role), f"{GRID}save/", data).status_code == 200


def test_saving_needs_the_csrf_token(acme: Place) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(acme.person("carl", "finance"), backend="onecore.tenants.login.RoleBackend")
    assert post(client, f"{GRID}save/", {"mapping": row_of(acme), "field": "account", "reference": None}).status_code == 403


def test_saving_by_get_is_refused(acme: Place) -> None:
    assert signed_in(acme).get(f"{GRID}save/").status_code == 403


def test_the_plain_form_sets_a_target_by_its_code_and_refuses_with_the_reason(acme: Place) -> None:
    row = row_of(acme)
    client = signed_in(acme)
    page = client.get(f"{GRID}{row}/change/")
    assert page.status_code == 200
    wrong = client.post(f"{GRID}{row}/change/", {"account": "1000"})
    assert "bank account" in wrong.content.decode()
    unknown = client.post(f"{GRID}{row}/change/", {"account": "501"})
    assert "No account is called" in unknown.content.decode()
    assert client.post(f"{GRID}{row}/change/", {"account": "5010", "location": "North"}).status_code == 302
    mapping = CostCodeMapping.everywhere.get(pk=row)
    assert (mapping.account, mapping.location, mapping.how) == (acme.account("5010"), acme.ref("location", "L10", ledger=True), "form")
    assert 'value="5010"' in client.get(f"{GRID}{row}/change/").content.decode()


def test_an_exception_row_is_added_for_one_project_and_one_type(acme: Place) -> None:
    client = signed_in(acme)
    asked = {"integration": acme.integration.pk, "code": "03-300", "project": "12", "cost_type": "2"}
    answer = client.post(f"{GRID}add-row/", asked)
    row = CostCodeMapping.everywhere.get(source__remote_id="911", cost_type__remote_id="2")
    assert answer.url.endswith(f"focus={row.pk}")
    client.post(f"{GRID}add-row/", asked)
    assert CostCodeMapping.everywhere.filter(source__remote_id="911").count() == 1
    missing = client.post(f"{GRID}add-row/", {**asked, "code": "99-999"}, follow=True)
    assert "no cost code 99-999" in missing.content.decode()


def test_apply_to_all_projects_says_what_it_did(acme: Place) -> None:
    source = acme.ref("project_cost_code", "901", parent="11")
    row = ensure_rows(acme.integration, "cost_code", [source.pk])[source.pk]
    client = signed_in(acme)
    assert "not mapped yet" in post(client, f"{GRID}spread/", {"mapping": row}).json()["sentence"]
    post(client, f"{GRID}save/", {"mapping": row, "field": "account", "reference": acme.account("5010").pk})
    assert "standard cost code" in post(client, f"{GRID}spread/", {"mapping": row}).json()["sentence"]


def test_hostile_names_are_shown_as_text(acme: Place) -> None:
    acme.source("cost_code", [Listed("x", "99-1", "<script>alert(1)</script>")], complete=False)
    ensure_all(acme.integration)
    page = signed_in(acme).get(GRID).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_target_that_drifted_shows_its_fault(acme: Place) -> None:
    assign_many(acme.integration, COST_CODE, [Assignment({"account": acme.account("5010")}, source=acme.ref("cost_code", "101"))], by="c", how="t")
    Reference.everywhere.filter(pk=acme.account("5010").pk).update(active=False)
    assert "inactive in the ledger" in signed_in(acme).get(GRID).content.decode()


def test_without_an_integration_it_says_what_to_do(acme: Place) -> None:
    from onecore.tenants.models import Tenant

    fresh = Place(Tenant.objects.create(name="Fresh", slug="fresh"), None)
    assert "Nothing to map yet" in signed_in(fresh, name="fred").get(GRID).content.decode()
