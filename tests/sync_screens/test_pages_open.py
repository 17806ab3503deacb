"""Every page of the engine opens, empty and full, for everybody who may look."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import paper

pytestmark = pytest.mark.django_db
LISTS = ("document", "hold", "posting", "run", "flow", "opening")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_opens_empty(name, paper_world, vera):
    assert vera.get(reverse(f"admin:sync_{name}_changelist")).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_list_opens_full(name, paper_world, vera):
    paper.SHEET.records["1"] = paper.requisition()
    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2", lines=(paper.line(code="cc9"),))
    paper_world.sync()
    assert vera.get(reverse(f"admin:sync_{name}_changelist")).status_code == 200


def test_the_page_of_a_posted_document_opens(paper_world, vera):
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.sync()
    response = vera.get(reverse("admin:sync_document_change", args=[paper_world.document().pk]))
    assert response.status_code == 200
