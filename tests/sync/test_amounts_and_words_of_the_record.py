"""What a record can bring that no ledger should book as it is: fractions of a cent, foreign currency, releases beyond what was held."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests import paper

pytestmark = pytest.mark.django_db


def held_reason(world, **facts):
    paper.SHEET.records["1"] = paper.requisition(**facts)
    world.sync()
    assert paper.SHEET.bills() == []
    return world.hold().reason


def test_a_fraction_of_a_cent_is_held_and_never_rounded_in_silence(paper_world):
    lines = tuple(paper.line(f"L{number}", to_date="33.333") for number in range(3))
    assert held_reason(paper_world, due="99.999", lines=lines) == "amount_unusable"


def test_a_currency_the_ledger_does_not_keep_is_held(paper_world):
    assert held_reason(paper_world, currency="CAD") == "currency_unknown"


def test_an_amount_no_ledger_can_hold_is_held(paper_world):
    assert held_reason(paper_world, due="99999999999999.00", lines=(paper.line(to_date="99999999999999.00"),)) == "amount_unusable"


def test_releasing_more_retainage_than_was_held_is_held(paper_world):
    assert held_reason(paper_world, due="1010.00", lines=(paper.line(to_date="1000.00", retained="-10.00"),)) == "retainage_over_released"


def test_tax_the_integration_does_not_book_is_held(paper_world):
    assert held_reason(paper_world, tax_total=Decimal("100.00")) == "tax_unmapped"


def test_an_invoice_without_lines_is_held_and_one_without_money_is_skipped_with_the_reason(paper_world):
    assert held_reason(paper_world, lines=()) == "no_lines"
    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2", due="0.00", lines=(paper.line(to_date="0.00"),))
    paper_world.later(minutes=20)
    paper.SHEET.records["2"] = paper.replace(paper.SHEET.records["2"], updated_at=paper_world.now)
    paper_world.sync()
    assert paper_world.document("2").state == "skipped"
    assert "zero" in paper_world.document("2").skip_reason


def test_retainage_stands_on_its_own_line_and_a_release_never_touches_cost(paper_world):
    paper.SHEET.records["1"] = paper.requisition(due="900.00", lines=(paper.line(to_date="1000.00", retained="100.00"),))
    paper.SHEET.records["2"] = paper.requisition("2", number=2, previous="1", due="100.00", lines=(paper.line(to_date="1000.00", retained="0.00"),))
    paper_world.sync()
    first, release = paper.SHEET.drafts.values()
    assert [(line.account, line.amount, line.role.value) for line in first.lines] == [
        ("5010", Decimal("1000.00"), "cost"),
        ("2110", Decimal("-100.00"), "retainage"),
    ]
    assert [(line.account, line.amount, line.role.value) for line in release.lines] == [("2110", Decimal("100.00"), "retainage")]


def test_net_retainage_and_consolidated_lines_follow_the_policy(paper_world):
    paper_world.policy(retainage="net", lines="consolidated")
    lines = (paper.line("L1", to_date="600.00", retained="60.00"), paper.line("L2", to_date="400.00", retained="40.00"))
    paper.SHEET.records["1"] = paper.requisition(due="900.00", lines=lines)
    paper_world.sync()
    [draft] = paper.SHEET.drafts.values()
    assert draft.total == Decimal("900.00")


def test_a_document_records_the_mappings_it_was_made_with_and_a_later_change_takes_effect_with_the_next(paper_world):
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.sync()
    version = paper_world.document("1").mapping_version
    paper_world.map(
        "cost_code", paper_world.reference("source", "project_cost_code", "cc1", "p1"), account=paper_world.reference("ledger", "account", "5020")
    )
    paper_world.work()
    assert paper_world.document("1").mapping_version == version
    paper_world.later(minutes=20)
    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2", updated_at=paper_world.now)
    paper_world.sync()
    accounts = [draft.lines[0].account for draft in paper.SHEET.drafts.values()]
    assert accounts == ["5010", "5020"]
    assert paper_world.document("2").mapping_version > version
