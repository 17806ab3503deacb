"""The first page: what is held and the money behind it, who must act, what is to map, how it ran."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import paper

pytestmark = pytest.mark.django_db


def test_home_opens_on_an_empty_tenant(paper_world, vera):
    page = vera.get(reverse("admin:index")).content.decode()
    assert "Nothing is held." in page


def test_home_names_the_reason_and_leads_to_its_holds(paper_world, vera):
    paper.SHEET.records["1"] = paper.requisition(lines=(paper.line(code="cc9"),))
    paper_world.sync()
    page = vera.get(reverse("admin:index")).content.decode()
    assert "No counterpart for a cost code" in page
    assert "1,000.00" in page
    assert f"{reverse('admin:sync_hold_changelist')}?reason=cost_code_unmapped" in page
