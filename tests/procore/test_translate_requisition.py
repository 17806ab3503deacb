"""A requisition in our words: cumulative lines, exact money, nothing that stops a page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.port.drafts import build, plain_fields
from connectors.port.records import LineTax, Requisition, Standing
from connectors.procore.lines import Lists, line_ref, needs_cost_codes
from connectors.procore.translate import payable_amount, requisition

from . import pretend

LISTS = Lists(currency="USD", projects={"316469": "Wharf St Apartments"}, cost_types={"sub": ("47", "SUB"), "mtl": ("48", "MTL")})


def one_line(**changes):
    return requisition(pretend.requisition(items=[pretend.item(**changes)]), LISTS).lines[0]


def test_the_header_is_read():
    found = requisition(pretend.REQUISITION, LISTS)
    assert (found.source_id, found.previous_ref, found.project_ref, found.commitment_ref) == ("1280646", "1280601", "316469", "786001")
    assert (found.commitment_number, found.number, found.invoice_number) == ("SC-001", 2, "CF-1042")
    assert (found.project_name, found.vendor_ref, found.vendor_name) == ("Wharf St Apartments", "77120", "Coastal Formwork Pty Ltd")
    assert (found.billing_date, found.period_start, found.period_end) == (date(2026, 1, 31), date(2026, 1, 1), date(2026, 1, 31))
    assert found.updated_at == datetime(2026, 2, 2, 4, 5, 6, tzinfo=UTC)
    assert (found.currency, found.payable_net, found.tax_total) == ("AUD", Decimal("47500.00"), Decimal(0))
    assert found.standing is Standing.PAYABLE
    assert found.attachments[0].filename == "CF-1042.pdf"
    assert found.extra["summary"]["total_retainage"] == "5000.00"
    assert found.url.startswith("https://app.procore.com/316469/")
    assert found.notes == ()


def test_the_line_is_cumulative_and_names_its_codes():
    line = one_line()
    assert (line.line_ref, line.line_id) == ("contract_item:5175960", "17918097")
    assert (line.cost_code_ref, line.cost_code, line.cost_type_ref, line.cost_type) == ("1472", "03-100", "47", "SUB")
    assert (line.completed_and_stored_to_date, line.retainage_held_to_date) == (Decimal("100000.00"), Decimal("5000.00"))
    assert (line.description, line.wbs_ref) == ("Formwork levels 1-6", "182877777")


def test_what_is_completed_is_added_up_where_procore_leaves_out_the_total():
    assert one_line(total_completed_and_stored_to_date=None, materials_presently_stored="7.25").completed_and_stored_to_date == Decimal("100007.25")


def test_retainage_counts_work_and_stored_materials_after_releases():
    line = one_line(
        work_completed_retainage_released_this_period="1000.00",
        materials_stored_retainage_currently_retained="300.50",
        materials_stored_retainage_released_this_period="100.25",
    )
    assert line.retainage_held_to_date == Decimal("4200.25")


def test_materials_fields_are_absent_on_lines_counted_in_units():
    raw = {key: value for key, value in pretend.ITEM.items() if not key.startswith("materials")}
    assert requisition(pretend.requisition(items=[raw]), LISTS).lines[0].retainage_held_to_date == Decimal(5000)


def test_tax_is_taken_out_of_what_is_due_and_kept_with_its_codes():
    raw = pretend.requisition(
        summary={"current_payment_due": "52250.00", "tax_applicable_to_this_payment": "4750.00"},
        items=[pretend.item(taxes=[{"tax_code_id": 12, "tax_code_name": "GST", "tax_code_rate": Decimal("0.1")}])],
    )
    found = requisition(raw, LISTS)
    assert (found.payable_net, found.tax_total) == (Decimal("47500.00"), Decimal("4750.00"))
    assert found.lines[0].taxes == (LineTax("12", "GST", Decimal("0.1")),)


@pytest.mark.parametrize(
    ("fields", "ref"),
    [
        ({"item_type": "contract_item", "line_item_id": 5}, "contract_item:5"),
        ({"item_type": "contract_detail_item", "line_item_id": 5, "detail_line_item_id": 9}, "contract_detail_item:9"),
        ({"item_type": "change_order_item", "line_item_id": 5, "change_order_package_id": 441}, "change_order_item:441:5"),
        (
            {"item_type": "change_order_item", "line_item_id": None, "commitment_line_item_id": 8, "change_order_package_id": 441},
            "change_order_item:441:8",
        ),
        ({"item_type": "whole_change_order_item", "change_order_package_id": 441}, "whole_change_order_item:441"),
        ({"item_type": "contract_item", "id": 77}, "contract_item:own:77"),
    ],
)
def test_a_line_is_joined_to_the_previous_requisition_by_what_it_bills(fields, ref):
    assert line_ref(fields) == ref


def test_a_contract_line_listed_twice_stays_two_lines():
    found = requisition(pretend.requisition(items=[pretend.item(id=1), pretend.item(id=2)]), LISTS)
    assert len({line.line_ref for line in found.lines}) == 2
    assert "twice" in found.notes[0]


def test_codes_come_from_the_segments_where_they_are_told():
    segments = [
        {"id": 1, "code": "100", "name": "Formwork", "path_codes": ["03", "100"], "segment_type": "cost_code"},
        {"id": 2, "code": "MTL", "name": "Materials", "segment_type": "line_item_type"},
    ]
    line = one_line(wbs_code={"id": 5, "flat_code": "JOB.03-100.MTL", "segment_items": segments})
    assert (line.cost_code, line.cost_type, line.cost_type_ref) == ("03-100", "MTL", "48")


def test_a_code_known_only_by_id_or_only_by_text_is_completed_from_the_projects_list():
    lists = Lists(cost_codes={"316469": {"1472": "03-100"}})
    by_id, by_text = pretend.item(wbs_code=None), pretend.item(cost_code_id=None)
    assert needs_cost_codes({"items": [by_id]}) and needs_cost_codes({"items": [by_text]})
    assert not needs_cost_codes(pretend.REQUISITION)
    for raw in (by_id, by_text):
        line = requisition(pretend.requisition(items=[raw]), lists).lines[0]
        assert (line.cost_code_ref, line.cost_code) == ("1472", "03-100")


def test_a_dot_in_a_cost_code_is_not_taken_for_a_cost_type():
    assert one_line(wbs_code={"id": 5, "flat_code": "03.100"}).cost_code == "03.100"


@pytest.mark.parametrize("status", ["draft", "under_review", "revise_and_resubmit", "pending_owner_approval"])
def test_what_is_not_approved_is_open(status):
    found = requisition(pretend.requisition(status=status), LISTS)
    assert (found.standing, found.notes) == (Standing.OPEN, ())


@pytest.mark.parametrize("status", ["paid_out", "", None, 7])
def test_an_unknown_status_is_open_and_noted(status):
    found = requisition(pretend.requisition(status=status), LISTS)
    assert found.standing is Standing.OPEN
    assert "not known" in found.notes[0]


def test_approved_as_noted_is_payable():
    assert requisition(pretend.requisition(status="approved_as_noted"), LISTS).standing is Standing.PAYABLE


def test_control_characters_go_and_are_noted_while_emoji_and_entities_stay():
    found = requisition(pretend.requisition(items=[pretend.item(description_of_work="Level\x0b 1 🏗️ & <b>]]>\ud800")]), LISTS)
    assert found.lines[0].description == "Level 1 🏗️ & <b>]]>"
    assert "description_of_work" in found.notes[0]


@pytest.mark.parametrize("amount", ["n/a", True, [], {}, 1.5, "1E+999999", "NaN", "12,50"])
def test_an_amount_that_cannot_be_read_is_named_and_never_guessed(amount):
    found = requisition(pretend.requisition(summary={"current_payment_due": amount}), LISTS)
    assert found.extra["unreadable"] == ["current_payment_due"]
    assert any("current_payment_due cannot be read" in note for note in found.notes)


def test_a_missing_total_is_unreadable_and_not_zero_in_silence():
    raw = pretend.requisition()
    del raw["summary"]["current_payment_due"]
    assert requisition(raw, LISTS).extra["unreadable"] == ["current_payment_due"]


def test_amounts_may_also_come_as_numbers():
    assert requisition(pretend.requisition(summary={"current_payment_due": Decimal("47500.5")}), LISTS).payable_net == Decimal("47500.5")


@pytest.mark.parametrize("raw", [{}, {"items": None, "summary": None}, {"items": [None, 3, {}], "summary": [], "attachments": "x", "number": "two"}])
def test_a_record_of_nonsense_is_noted_and_does_not_stop_the_page(raw):
    found = requisition(raw, LISTS)
    assert found.standing is Standing.OPEN
    assert found.notes


def test_impossible_dates_are_noted():
    found = requisition(pretend.requisition(billing_date="2026-02-31", payment_date="0000-00-00"), LISTS)
    assert (found.billing_date, found.payment_date) == (None, None)
    assert {"billing_date", "payment_date"} <= set(found.extra["unreadable"])


def test_ids_beyond_32_bit_and_as_text_are_kept():
    raw = pretend.requisition(id=562949954991755, vendor_id="562949954991756")
    found = requisition(raw, LISTS)
    assert (found.source_id, found.vendor_ref) == ("562949954991755", "562949954991756")


def test_the_company_currency_stands_in_where_the_record_has_none():
    assert requisition(pretend.requisition(currency_configuration=None), LISTS).currency == "USD"


def test_unknown_keys_change_nothing():
    raw = pretend.requisition(brand_new={"x": 1}, items=[pretend.item(new_field="y")])
    assert requisition(raw, LISTS) == requisition(pretend.REQUISITION, LISTS)


def test_the_record_can_be_stored_as_json_and_comes_back_equal():
    found = requisition(pretend.REQUISITION, LISTS)
    assert build(Requisition, plain_fields(found)) == found


def test_only_payable_requisitions_count_in_the_total():
    assert payable_amount(pretend.REQUISITION, LISTS) == ("AUD", Decimal("47500.00"))
    assert payable_amount(pretend.requisition(status="under_review"), LISTS) is None
