"""The list of holds is the work to do: open ones, why, how much, who, and the way to the fix."""

from __future__ import annotations

import pytest
from django.urls import reverse

from connectors.sync.models import Hold
from tests import paper

pytestmark = pytest.mark.django_db


def _shown(client, query=""):
    return [hold.document.source_id for hold in client.get(reverse("admin:sync_hold_changelist") + query).context["cl"].result_list]


@pytest.fixture
def three(paper_world):
    """1: a code without a counterpart. 2: a total that does not prove. 3: was held, is posted now."""
    paper.SHEET.records["1"] = paper.requisition("1", commitment_ref="c1", lines=(paper.line(code="cc9"),))
    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2", due="1100.00")
    paper.SHEET.records["3"] = paper.requisition("3", commitment_ref="c3", project_ref="p2", lines=(paper.line(code="cc9"),))
    paper_world.sync()
    code, account = paper_world.reference("source", "project_cost_code", "cc9", "p2"), paper_world.reference("ledger", "account", "5010")
    paper_world.map("cost_code", code, account=account)
    paper_world.work()
    assert paper_world.document("3").state == "posted"


def test_open_holds_are_shown_by_default_and_resolved_ones_on_request(three, vera):
    assert sorted(_shown(vera)) == ["1", "2"]
    assert _shown(vera, "?standing=resolved") == ["3"]
    assert sorted(_shown(vera, "?standing=all")) == ["1", "2", "3"]


def test_holds_are_filtered_by_reason_and_integration(three, paper_world, vera):
    assert _shown(vera, "?reason=total_proof") == ["2"]
    assert sorted(_shown(vera, f"?integration={paper_world.integration.pk}")) == ["1", "2"]
    assert _shown(vera, f"?integration={paper_world.integration.pk + 1}") == []


def test_the_money_of_each_reason_stands_on_top(three, vera):
    tiles = vera.get(reverse("admin:sync_hold_changelist")).context["waiting_reasons"]
    assert {tile.title: tile.documents for tile in tiles} == {"No counterpart for a cost code": 1, "Total does not prove": 1}
    assert "1,100.00" in "".join(next(tile for tile in tiles if tile.title == "Total does not prove").amounts)


def test_each_row_leads_to_its_fix(three, paper_world, vera):
    content = vera.get(reverse("admin:sync_hold_changelist")).content.decode()
    assert f"{reverse('admin:mappings_costcodemapping_changelist')}?integration={paper_world.integration.pk}" in content
    assert 'href="https://source.example/2"' in content
    assert 'rel="noopener noreferrer"' in content


def test_a_policy_hold_leads_to_the_very_field(paper_world, ana):
    paper_world.policy(retainage_account=None)
    paper.SHEET.records["1"] = paper.requisition(due="900.00", lines=(paper.line(retained="100.00"),))
    paper_world.sync()
    page, _, field = paper_world.hold().fix_url.partition("#")
    assert page == reverse("admin:connections_integration_change", args=[paper_world.integration.pk])
    assert f'id="{field}"' in ana.get(page).content.decode()


def test_a_fix_address_that_is_no_page_is_no_link(three, vera):
    Hold.everywhere.update(fix_url="javascript:alert(1)")
    assert "javascript:alert" not in vera.get(reverse("admin:sync_hold_changelist")).content.decode()


def test_holds_are_found_by_document_and_words(three, vera):
    assert _shown(vera, "?q=unexplained") == ["2"]
