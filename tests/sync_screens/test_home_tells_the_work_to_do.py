"""The first page: what is held and the money behind it, who must act, what is to map, how it ran."""

from __future__ import annotations

import pytest
from django.urls import reverse

from connectors.connections.models import Connection
from connectors.desk.home.board import read_board
from connectors.sync.models import Pulse
from onecore.lib.clock import utcnow
from tests import paper

pytestmark = pytest.mark.django_db


def _home(client):
    return client.get(reverse("admin:index")).content.decode()


def test_home_opens_on_an_empty_tenant(paper_world, vera):
    assert "Nothing is held." in _home(vera)


def test_home_names_the_reason_and_leads_to_its_holds(held, vera):
    page = _home(vera)
    assert "No counterpart for a cost code" in page
    assert "1,000.00" in page
    assert f"{reverse('admin:sync_hold_changelist')}?reason=cost_code_unmapped" in page


def test_sums_are_kept_per_currency(paper_world, held):
    from connectors.sync.models import Document, Hold

    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2", lines=(paper.line(code="cc9"),), updated_at=paper_world.now)
    paper_world.later(minutes=20)
    paper_world.sync()
    for model in (Document, Hold):
        where = {"source_id": "2"} if model is Document else {"document__source_id": "2"}
        model.everywhere.filter(**where).update(currency="CAD")
    board = read_board(paper_world.tenant.pk, now=paper_world.now)
    assert sorted((money.currency, money.amount) for money in board.held_money) == [("CAD", 1000), ("USD", 1000)]
    assert board.held_documents == 2


def test_money_is_told_by_where_it_stands(paper_world, posted):
    paper.SHEET.records["2"] = paper.requisition(
        "2", commitment_ref="c2", due="100.00", lines=(paper.line(code="cc9", to_date="100.00"),), updated_at=paper_world.now
    )
    paper_world.later(minutes=20)
    paper_world.sync()
    [row] = read_board(paper_world.tenant.pk, now=paper_world.now).money
    assert (row.posted.amount, row.held.amount, row.moving.amount) == (900, 100, 0)
    assert (row.posted_share, row.held_share, row.moving_share) == (90, 10, 0)


def test_money_posted_long_ago_is_not_counted_as_recent(paper_world, posted):
    paper_world.later(days=31)
    assert read_board(paper_world.tenant.pk, now=paper_world.now).money == ()


def test_the_approved_document_that_waits_longest_is_named(paper_world, held):
    oldest = read_board(paper_world.tenant.pk, now=paper_world.now).oldest
    assert (oldest.title, oldest.state, oldest.late) == ("SC-001 #1", "Held", False)


def test_what_is_neither_posted_nor_held_after_a_day_is_late(paper_world, carl):
    from connectors.sync.models import Flow

    Flow.everywhere.update(paused=True)
    paper.SHEET.records["1"] = paper.requisition()
    paper_world.sync()
    assert read_board(paper_world.tenant.pk, now=paper_world.now).oldest.late is False
    paper_world.later(hours=25)
    assert read_board(paper_world.tenant.pk, now=paper_world.now).oldest.late is True


def test_a_connection_that_needs_someone_is_named(paper_world, vera):
    assert "Connections that need someone" not in _home(vera)
    Connection.everywhere.filter(name="Paper ledger").update(status="sign_in", status_sentence="The password was changed.")
    page = _home(vera)
    assert "Connections that need someone" in page
    assert "The password was changed." in page


def test_a_silent_worker_is_told_and_a_living_one_is_not(paper_world, vera):
    assert "Nobody is working" in _home(vera)
    Pulse.objects.create(name="worker", beat_at=utcnow())
    assert "Nobody is working" not in _home(vera)


def test_what_is_unmapped_leads_to_the_grid(held, vera):
    assert f"{reverse('admin:mappings_costcodemapping_changelist')}?state=unmapped" in _home(vera)


def test_home_tells_nothing_of_another_tenant(held):
    from django.test import Client

    from tests.factories.people import a_person, a_tenant

    a_tenant("Borealis")
    olaf = Client()
    olaf.force_login(a_person("Olaf", borealis="owner"))
    page = _home(olaf)
    assert "Nothing is held." in page
    assert "1,000.00" not in page
    assert "acme paper" not in page
