"""The source: what is asked, how often, and what is made of the answers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.port.errors import Code, Misfit, Refused
from connectors.port.records import Gone, RecordKind
from connectors.port.refs import Kind
from connectors.port.source import SourceTotal
from connectors.procore.source import open_source

from . import pretend
from .pretend import COMPANY, PROJECT
from .town import open_town

OTHER = 316470


@pytest.fixture
def town():
    with open_town() as made:
        yield made


@pytest.fixture
def source(town):
    return open_source(pretend.opening())


def test_opening_calls_nothing(source, town):
    assert town.asked == []


def test_a_hundred_requisitions_cost_one_call_beside_the_lists(source, town):
    town.at["/rest/v1.1/requisitions"] = [pretend.requisition(id=number) for number in range(1, 101)]
    assert len(list(source.changes(RecordKind.REQUISITION, since=None))) == 100
    assert town.count("/rest/v1.1/requisitions") == 1
    assert len(town.asked) == 5  # projects, requisitions, cost types, company settings, web address


def test_it_asks_for_the_extended_view_and_what_changed_with_an_overlap(source, town):
    list(source.changes(RecordKind.REQUISITION, since=datetime(2026, 2, 1, 12, 0, tzinfo=UTC), scope=(str(PROJECT),)))
    asked = next(params for path, params in town.asked if path == "/rest/v1.1/requisitions")
    assert asked["view"] == "extended"
    assert asked["filters[updated_at]"] == "2026-02-01T11:55:00Z...2026-02-02T03:40:00Z"
    assert asked["project_id"] == str(PROJECT)


def test_nothing_changed_costs_one_call_a_project(source, town):
    town.at["/rest/v1.1/requisitions"] = []
    assert list(source.changes(RecordKind.REQUISITION, since=datetime(2026, 2, 1, tzinfo=UTC))) == []
    assert len(town.asked) == 2


def test_a_list_without_items_is_completed_by_the_record_itself(source, town):
    bare = pretend.requisition()
    del bare["items"]
    town.at["/rest/v1.1/requisitions"] = [bare]
    town.at["/rest/v1.1/requisitions/1280646"] = pretend.requisition()
    (found,) = source.changes(RecordKind.REQUISITION, since=None)
    assert len(found.lines) == 1


def test_links_for_people_lead_to_the_companys_zone_but_never_elsewhere(town):
    (found,) = open_source(pretend.opening()).changes(RecordKind.REQUISITION, since=None)
    assert found.url.startswith("https://us02.procore.com/")
    for bad in ("javascript:alert(1)", "https://procore.com.evil.example", "http://us02.procore.com", None, 7):
        town.at["/rest/v1.0/company_base_url"] = {"web_base_url": bad}
        (found,) = open_source(pretend.opening()).changes(RecordKind.REQUISITION, since=None)
        assert found.url.startswith("https://app.procore.com/")


def test_finished_projects_are_not_polled(source, town):
    town.at["/rest/v1.1/projects"] = [pretend.PROJECT_ROW | {"active": False}]
    assert list(source.changes(RecordKind.REQUISITION, since=None)) == []
    assert town.count("/rest/v1.1/requisitions") == 0


def test_a_project_without_the_tool_is_left_out_and_remembered_but_one_asked_for_must_answer(source, town):
    town.at["/rest/v1.1/projects"] = [pretend.PROJECT_ROW, pretend.PROJECT_ROW | {"id": OTHER}]
    denied = (403, {"errors": "Forbidden"})
    town.at["/rest/v1.1/requisitions"] = lambda request: denied if request.params["project_id"] == str(OTHER) else [pretend.requisition()]
    assert len(list(source.changes(RecordKind.REQUISITION, since=None))) == 1
    assert list(source.skipped) == [str(OTHER)]
    with pytest.raises(Refused):
        list(source.changes(RecordKind.REQUISITION, since=None, scope=(str(OTHER),)))


def test_single_records_are_read_and_missing_ones_are_gone(source, town):
    town.at["/rest/v1.1/requisitions/1280646"] = pretend.requisition()
    found = list(source.read(RecordKind.REQUISITION, [("1280646", str(PROJECT)), ("9", str(PROJECT)), ("x y", str(PROJECT))]))
    assert found[0].source_id == "1280646"
    assert found[1:] == [Gone(RecordKind.REQUISITION, "9"), Gone(RecordKind.REQUISITION, "x y")]


def test_many_records_of_a_project_are_read_as_a_block(source, town):
    town.at["/rest/v1.1/requisitions"] = [pretend.requisition(id=number) for number in (1, 2, 3, 4)]
    found = list(source.read(RecordKind.REQUISITION, [(str(number), str(PROJECT)) for number in (1, 2, 3, 4, 5)]))
    assert [each.source_id for each in found] == ["1", "2", "3", "4", "5"]
    assert isinstance(found[-1], Gone)
    assert town.count("/rest/v1.1/requisitions") == 1


def test_records_of_a_project_that_is_hidden_from_us_are_not_gone(source):
    with pytest.raises(Refused, match="not shown") as caught:
        list(source.read(RecordKind.REQUISITION, [("9", "999")]))
    assert caught.value.code is Code.PERMISSION_MISSING


def test_commitments_of_both_kinds_are_read(source, town):
    town.at["/rest/v1.0/work_order_contracts"] = [pretend.SUBCONTRACT]
    town.at["/rest/v1.0/purchase_order_contracts"] = [pretend.SUBCONTRACT | {"id": 5, "number": "PO-5"}]
    town.at["/rest/v1.0/purchase_order_contracts/5"] = pretend.SUBCONTRACT | {"id": 5, "number": "PO-5"}
    found = list(source.changes(RecordKind.COMMITMENT, since=None))
    assert [(each.kind, each.number) for each in found] == [("subcontract", "SC-001"), ("purchase_order", "PO-5")]
    (one, gone) = source.read(RecordKind.COMMITMENT, [("5", str(PROJECT)), ("6", str(PROJECT))])
    assert (one.kind, gone) == ("purchase_order", Gone(RecordKind.COMMITMENT, "6"))


def test_the_total_is_procores_own_over_what_is_approved_per_currency(source, town):
    town.at["/rest/v1.1/requisitions"] = [
        pretend.requisition(id=1),
        pretend.requisition(id=1),
        pretend.requisition(id=2, status="approved_as_noted", summary={"current_payment_due": "0.10"}),
        pretend.requisition(id=3, status="draft"),
        pretend.requisition(id=4, currency_configuration={"currency_iso_code": "USD"}, summary={"current_payment_due": "-5.00"}),
    ]
    assert source.totals(RecordKind.REQUISITION) == [SourceTotal("AUD", 2, Decimal("47500.10")), SourceTotal("USD", 1, Decimal("-5.00"))]


def test_totals_are_read_anew_each_time(source, town):
    source.totals(RecordKind.REQUISITION)
    town.at["/rest/v1.1/requisitions"] = []
    assert source.totals(RecordKind.REQUISITION) == []


def test_vendors_come_from_the_active_and_the_inactive_list_once(source, town):
    town.at["/rest/v1.0/vendors"] = [pretend.VENDOR_ROW]
    town.at[f"/rest/v1.0/companies/{COMPANY}/vendors/inactive"] = [pretend.VENDOR_ROW, pretend.VENDOR_ROW | {"id": 2}]
    assert [(found.remote_id, found.active) for found in source.references(Kind.VENDOR)] == [("77120", True), ("2", False)]


def test_standard_codes_of_every_list_and_codes_of_every_project(source, town):
    town.at["/rest/v1.0/standard_cost_code_lists"] = [{"id": 7, "name": "Main"}]
    town.at["/rest/v1.0/standard_cost_codes"] = [
        {"id": 902, "standard_cost_code_list_id": 7, "code": "03-300", "full_code": "03-300", "name": "Concrete"}
    ]
    town.at["/rest/v1.0/cost_codes"] = [{"id": 1472, "full_code": "03-300", "name": "Concrete", "standard_cost_code_id": 902}]
    assert [(found.remote_id, found.parent) for found in source.references(Kind.COST_CODE)] == [("902", "7")]
    assert [(found.remote_id, found.parent) for found in source.references(Kind.PROJECT_COST_CODE)] == [("1472", str(PROJECT))]


def test_a_list_procore_does_not_have_is_a_misfit(source):
    with pytest.raises(Misfit):
        source.references(Kind.ACCOUNT)


def test_the_check_names_the_company_its_currency_and_zone(source):
    health = source.check()
    assert (health.organisation, health.organisation_id, health.currency, health.time_zone) == (
        "Harbour Build Pty Ltd",
        str(COMPANY),
        "AUD",
        "Australia/Sydney",
    )
    assert health.warnings == ()


def test_the_check_warns_of_what_the_account_lacks(source, town):
    town.at["/rest/v1.0/settings/permissions"] = {"tools": [{"name": "directory", "user_access_level": {"id": 2, "name": "read only"}}]}
    town.at["/rest/v1.1/projects"] = []
    town.at["/rest/v1.0/company_configuration"] = (403, {"errors": "no"})
    town.at[f"/rest/v1.0/companies/{COMPANY}/me"] = {"is_active": False}
    warnings = " ".join(source.check().warnings)
    for words in ("Directory and Admin", "no active project", "currency", "inactive"):
        assert words in warnings


def test_the_check_refuses_a_company_the_sign_in_does_not_reach(source, town):
    town.at["/rest/v1.0/companies"] = [{"id": 5, "name": "Other Co"}]
    with pytest.raises(Refused, match=r"4281379; it reaches: Other Co \(5\)"):
        source.check()
