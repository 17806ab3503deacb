"""Procore's lists and commitments in our words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.port.refs import Kind
from connectors.procore import lists
from connectors.procore.lines import Lists
from connectors.procore.translate import commitment

from . import pretend


def test_a_vendor_brings_what_matching_needs_and_no_bank_details():
    found = lists.vendor(pretend.VENDOR_ROW | {"bank_account": "12-34"})
    assert (found.kind, found.remote_id, found.code, found.name, found.active) == (Kind.VENDOR, "77120", "COAST01", "Coastal Formwork Pty Ltd", True)
    assert found.attributes["tax_id"] == "51824753556"
    assert found.attributes["tax_id_type"] == "abn"
    assert found.attributes["email"] == "ap@coastal.example"
    assert found.attributes["postcode"] == "2300"
    assert "12-34" not in repr(found)


def test_an_inactive_vendor_is_inactive_by_its_list_or_its_flag():
    assert not lists.vendor(pretend.VENDOR_ROW | {"is_active": False}).active
    assert not lists.vendor(pretend.VENDOR_ROW, active=False).active
    assert lists.vendor({"id": 1, "name": "X"}).active


def test_a_project_has_its_number_and_zone():
    found = lists.project(pretend.PROJECT_ROW)
    assert (found.remote_id, found.code, found.name) == ("316469", "24-017", "Wharf St Apartments")
    assert found.attributes["time_zone"] == "Australia/Sydney"
    assert found.attributes["accounting_project_number"] == "J24017"
    assert "origin_id" not in found.attributes


CODES = [
    {"id": 1, "code": "03", "name": "Concrete", "parent": {"id": None}},
    {"id": 2, "code": "300", "full_code": "03-300", "name": "Cast-in-place concrete", "parent": {"id": 1}, "standard_cost_code_id": 902},
    {"id": 3, "code": "310", "name": "Small pours", "parent_id": 1, "deleted_at": "2026-01-01T00:00:00Z"},
]


def test_codes_that_have_codes_below_them_are_headers():
    header, leaf, gone = lists.cost_codes(Kind.PROJECT_COST_CODE, CODES, parent="316469")
    assert (header.code, header.selectable) == ("03", False)
    assert "header" in header.why_not
    assert (leaf.code, leaf.name, leaf.selectable, leaf.parent) == ("03-300", "Cast-in-place concrete", True, "316469")
    assert leaf.attributes["standard_cost_code_id"] == "902"
    assert (gone.code, gone.active) == ("03-310", False)


def test_a_circle_of_parents_does_not_loop():
    rows = [{"id": 1, "code": "A", "parent": {"id": 2}}, {"id": 2, "code": "B", "parent": {"id": 1}}]
    assert [found.code for found in lists.cost_codes(Kind.COST_CODE, rows, parent="9")] == ["B-A", "A-B"]


def test_cost_types_and_tax_codes():
    found = lists.cost_type({"id": 47, "name": "Commitment", "code": "SUB", "base_type": "commitment"})
    assert (found.remote_id, found.code, found.name, found.attributes) == ("47", "SUB", "Commitment", {"base_type": "commitment"})
    tax = lists.tax_code({"id": 12, "code": "GST", "description": "GST on expenses", "rate1": Decimal("10.0"), "archived": True})
    assert (tax.code, tax.active, tax.attributes) == ("GST", False, {"rate_percent": "10.0"})


def test_a_subcontract_is_read():
    found = commitment(pretend.SUBCONTRACT, Lists(), kind="subcontract")
    assert (found.source_id, found.kind, found.number, found.executed) == ("786001", "subcontract", "SC-001", True)
    assert (found.original_amount, found.approved_changes, found.revised_amount) == (Decimal("250000.0"), Decimal("15000.0"), Decimal("265000.0"))
    assert (found.project_ref, found.vendor_ref, found.currency) == ("316469", "77120", "AUD")
    reference = lists.commitment(found)
    assert (reference.code, reference.parent, reference.active) == ("SC-001", "316469", True)


@pytest.mark.parametrize(("word", "kind"), [("WorkOrderContract", "subcontract"), ("PurchaseOrderContract", "purchase_order")])
def test_a_contract_of_the_second_api_generation_is_read(word, kind):
    raw = {"id": "786001", "type": word, "number": "7", "title": "T", "status": "Approved", "executed": False, "grand_total": "10.5",
           "vendor": {"id": "77120", "name": "Coastal"}, "updated_at": "2026-01-10T01:02:03Z", "retainage_percent": "5.0"}  # fmt: skip
    found = commitment(raw, Lists(currency="AUD"), project="316469")
    assert (found.kind, found.vendor_ref, found.vendor_name, found.project_ref) == (kind, "77120", "Coastal", "316469")
    assert (found.revised_amount, found.currency) == (Decimal("10.5"), "AUD")
