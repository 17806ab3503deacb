"""The trail on screen: the tenant's own, read-only to everybody, with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import trail
from audit.events import HOLD_OPENED, POSTING_SETTLED, USER_SIGN_IN_FAILED
from audit.models import Entry
from audit.record import NewEntry, record, record_many
from onecore.lib.clock import utcnow
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Membership

pytestmark = pytest.mark.django_db

LIST = "admin:audit_entry_changelist"
Written = Callable[..., list[Entry]]


@pytest.fixture
def vera(acme: Any, client: Client) -> Client:
    """Signed in, may look."""
    user = get_user_model().objects.create_user("vera")
    Membership.everywhere.create(tenant=acme, user=user, role="auditor")
    client.force_login(user)
    return client


@pytest.fixture
def support(acme: Any, client: Client) -> Client:
    """Signed in as a superuser, in Acme."""
    client.force_login(get_user_model().objects.create_superuser("support"))
    session = client.session
    session["tenant"] = acme.pk
    session.save()
    return client


@pytest.fixture
def paper(acme: Any) -> int:
    """The id of an integration of Acme's."""
    source, ledger = (
        apps.get_model("connections.Connection").everywhere.create(tenant=acme, system=system, name=system) for system in ("procore", "intacct")
    )
    models = apps.get_model("connections.Integration").everywhere
    return int(models.create(tenant=acme, name="Paper", slug="paper", source=source, ledger=ledger, start_date=date(2026, 1, 1)).pk)


def _page(entry: Entry) -> str:
    return reverse("admin:audit_entry_change", args=[entry.pk])


def test_the_list_shows_the_tenants_own_entries_only(vera: Client, borealis: Any, written: Written) -> None:
    written(3)
    record(POSTING_SETTLED, tenant_id=borealis.pk, subject="theirs")
    record(USER_SIGN_IN_FAILED, tenant_id=None, subject="mallory")
    text = vera.get(reverse(LIST)).content.decode()
    assert "bill 2 is booked in the ledger" in text
    assert "theirs" not in text
    assert "mallory" not in text


def test_another_tenants_entry_is_not_found_like_one_that_does_not_exist(vera: Client, borealis: Any, written: Written) -> None:
    [theirs] = written(1, tenant=borealis)
    assert vera.get(_page(theirs)).status_code == 404
    assert vera.get(reverse("admin:audit_entry_change", args=[theirs.pk + 1000])).status_code == 404


@pytest.mark.parametrize("who", ["vera", "support"])
def test_nobody_may_add_change_or_delete_not_even_a_superuser(who: str, request: pytest.FixtureRequest, written: Written) -> None:
    client = request.getfixturevalue(who)
    entry = written(1)[-1]
    before = Entry.everywhere.filter(pk=entry.pk).values().get()
    assert client.get(_page(entry)).status_code == 200
    assert client.post(_page(entry), {"sentence": "x", "actor": "x"}).status_code == 403
    assert client.get(reverse("admin:audit_entry_add")).status_code == 403
    assert client.post(reverse("admin:audit_entry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    client.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert Entry.everywhere.filter(pk=entry.pk).values().get() == before


def test_the_page_shows_request_and_answer_laid_out_and_harmless(vera: Client, acme: Any) -> None:
    request, response = "<request><bill><no>1</no></bill></request>", '{"name": "<script>alert(1)</script>", "total": 1.10}'
    record(POSTING_SETTLED, tenant_id=acme.pk, subject="<b>bill</b>", request=request, response=response, document_id=7, data={"amount": "100.00"})
    text = vera.get(_page(Entry.everywhere.get(document_id=7))).content.decode()
    assert "&lt;request&gt;\n  &lt;bill&gt;\n    &lt;no&gt;1&lt;/no&gt;" in text
    assert "<script>alert(1)" not in text
    assert "&lt;b&gt;bill&lt;/b&gt;" in text
    assert "1.10" in text
    assert "Unaltered" in text
    assert "document_id=7" in text


def test_the_page_of_an_altered_entry_says_so(vera: Client, written: Written, sql: Callable[..., None]) -> None:
    rows = written(2)
    sql("UPDATE audit_entry SET actor = %s WHERE id = %s", "x", rows[0].pk)
    assert "Altered" in vera.get(_page(rows[0])).content.decode()
    assert "Unaltered" in vera.get(_page(rows[1])).content.decode()


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("?q=bill+2", {"bill 2"}),
        ("?about=hold.", {"SC-001"}),
        ("?about=posting.settled", {"bill 1", "bill 2"}),
        ("?about=posting.settled%27", set()),
        ("?integration={paper}", {"SC-001"}),
        ("?integration=999", set()),
        ("?document_id=9", {"SC-001"}),
        ("?at_from=2020-01-01&at_to=2025-12-31", set()),
        ("?at_from={today}&at_to={today}", {"bill 1", "bill 2", "SC-001"}),
        ("?at_from=nonsense&at_to=", {"bill 1", "bill 2", "SC-001"}),
        ("?at_from=2020-01-01", {"bill 1", "bill 2", "SC-001"}),
        ("?integration=x", {"bill 1", "bill 2", "SC-001"}),
    ],
)
def test_it_can_be_searched_and_filtered(vera: Client, acme: Any, paper: int, written: Written, query: str, seen: set[str]) -> None:
    written(2)
    record(HOLD_OPENED, tenant_id=acme.pk, subject="SC-001", integration_id=paper, document_id=9, data={"reason": "no mapping"})
    answer = vera.get(reverse(LIST) + query.format(paper=paper, today=utcnow().date()))
    assert answer.status_code == 200
    assert {row.subject for row in answer.context["cl"].result_list} & {"bill 1", "bill 2", "SC-001"} == seen


def test_the_list_takes_the_same_queries_for_three_entries_as_for_three_hundred(vera: Client, acme: Any) -> None:
    counts = []
    for number in (3, 300):
        record_many(acme.pk, [NewEntry(POSTING_SETTLED, subject="x", document_id=n, integration_id=n) for n in range(number)])
        vera.get(reverse(LIST))
        with CaptureQueriesContext(connection) as queries:
            vera.get(reverse(LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_the_portals_own_trail_is_for_support_only(vera: Client) -> None:
    record(USER_SIGN_IN_FAILED, tenant_id=None, subject="mallory")
    entry = Entry.everywhere.get(tenant=None)
    assert vera.get(reverse("admin:audit_portalentry_changelist")).status_code == 403
    assert vera.get(reverse("admin:audit_portalentry_change", args=[entry.pk])).status_code == 404
    assert "portalentry" not in vera.get(reverse("admin:index")).content.decode()


def test_support_sees_the_portals_own_trail_and_cannot_change_it(support: Client) -> None:
    record(USER_SIGN_IN_FAILED, tenant_id=None, subject="mallory")
    entry = Entry.everywhere.get(event="user.sign_in_failed")
    assert "mallory" in support.get(reverse("admin:audit_portalentry_changelist")).content.decode()
    page = reverse("admin:audit_portalentry_change", args=[entry.pk])
    assert support.get(page).status_code == 200
    assert support.post(page, {"actor": "x"}).status_code == 403


def test_a_document_can_tell_what_happened_to_it_in_one_query(acme: Any, borealis: Any) -> None:
    record(POSTING_SETTLED, tenant_id=acme.pk, subject="bill 1", document_id=7, request="<a><b/></a>", actor="ana")
    record(HOLD_OPENED, tenant_id=acme.pk, subject="bill 1", document_id=7)
    record(HOLD_OPENED, tenant_id=acme.pk, subject="bill 2", document_id=8)
    record(HOLD_OPENED, tenant_id=borealis.pk, subject="bill 3", document_id=7)
    with tenant_scope(acme), CaptureQueriesContext(connection) as queries:
        moments = trail.of_document(7)
    assert len(queries) == 1
    assert [(moment.tone, moment.by) for moment in moments] == [("warn", ""), ("good", "ana")]
    assert moments[1].detail == "<a>\n  <b/>\n</a>"
