"""The pages of connections: what they do, and that no secret is ever on one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from connectors.connections import vault
from connectors.connections.models import Call, Connection, Integration, SignInAttempt
from connectors.port.errors import SignInAgain, TryLater
from onecore.lib.clock import utcnow
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Tenant
from onecore.tenants.roles import Role

from .people import signed_in
from .pretend import CANARY, Remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(tenant: Any) -> Client:
    return signed_in(tenant)


def page(name: str, connection: Connection) -> str:
    return reverse(f"connections:{name}", args=[connection.pk])


def change_page(row: Any) -> str:
    return reverse(f"admin:connections_{row._meta.model_name}_change", args=[row.pk])


def test_no_page_ever_shows_a_secret(ana: Client, connection: Connection, ledger: Connection) -> None:
    vault.put(connection, {"client_secret": "kanarienvogel"})
    made = Integration.objects.create(name="One", slug="one", source=connection, ledger=ledger, start_date="2026-01-01")
    Call.objects.create(connection=connection, at=utcnow(), method="GET", url="https://x", operation="look", status=200, elapsed_ms=1)
    pages = [
        change_page(connection),
        page("credentials", connection),
        page("disconnect", connection),
        change_page(made),
        change_page(Call.objects.get()),
        *(reverse(f"admin:connections_{model}_changelist") for model in ("connection", "integration", "call")),
        reverse("admin:connections_connection_history", args=[connection.pk]),
    ]
    for address in pages:
        answer = ana.get(address)
        assert answer.status_code == 200, address
        assert "kanarienvogel" not in answer.content.decode(), address


def test_a_refused_form_does_not_send_the_secret_back(ana: Client, connection: Connection) -> None:
    answer = ana.post(page("credentials", connection), {"company_id": "", "client_id": "x", "client_secret": "kanarienvogel"})
    assert answer.status_code == 200
    assert "This field is required" in answer.content.decode()
    assert "kanarienvogel" not in answer.content.decode()


def test_a_blank_secret_keeps_what_is_stored(ana: Client, connection: Connection) -> None:
    ana.post(page("credentials", connection), {"company_id": "99", "client_id": "acme", "client_secret": "", "nickname": ""})
    connection.refresh_from_db()
    assert connection.config["company_id"] == "99"
    assert vault.reveal(connection) == {"client_secret": CANARY}


def test_pasted_spaces_are_trimmed_and_it_says_so(ana: Client, connection: Connection) -> None:
    data = {"company_id": " 4711\t", "client_id": "acme", "client_secret": "  pasted \n", "nickname": ""}
    answer = ana.post(page("credentials", connection), data, follow=True)
    assert vault.reveal(connection) == {"client_secret": "pasted"}
    assert "Spaces around “Client secret” were removed." in answer.content.decode()


def test_the_trail_learns_which_fields_changed_and_never_to_what(ana: Client, connection: Connection) -> None:
    ana.post(page("credentials", connection), {"company_id": "4711", "client_id": "acme", "client_secret": "kanarienvogel", "nickname": ""})
    entry = Entry.objects.get(event="connection.credentials_set")
    assert entry.data["fields"] == ["client_secret"]
    assert entry.actor == "ana"
    assert "kanarienvogel" not in repr(list(Entry.objects.values()))


def test_a_new_connection_goes_straight_to_its_credentials(ana: Client, tenant: Any) -> None:
    answer = ana.post(reverse("admin:connections_connection_add"), {"system": "pretend", "name": "New one", "signs_in_with": ""})
    made = Connection.objects.get(name="New one")
    assert answer.headers["Location"] == page("credentials", made)
    assert made.tenant_id == tenant.pk


def test_testing_shows_the_company_by_its_own_name(ana: Client, connection: Connection) -> None:
    answer = ana.post(page("test", connection), follow=True)
    assert "Pretend &amp; Sons" in answer.content.decode()
    connection.refresh_from_db()
    assert (connection.status, connection.organisation_id, connection.currency) == ("ok", "4711", "USD")


@pytest.mark.parametrize(
    ("problem", "status"), [(TryLater("It cannot be reached.", after_s=5), "unreachable"), (SignInAgain("The secret is wrong."), "sign_in")]
)
def test_a_failed_test_says_why_and_marks_the_connection(ana: Client, connection: Connection, remote: Remote, problem: Any, status: str) -> None:
    remote.health = problem
    answer = ana.post(page("test", connection), follow=True)
    assert problem.message in answer.content.decode()
    connection.refresh_from_db()
    assert (connection.status, connection.status_sentence) == (status, problem.message)


def test_a_connection_that_waits_for_a_sign_in_can_be_tested_back_to_life(ana: Client, connection: Connection) -> None:
    Connection.everywhere.update(status="sign_in", status_sentence="The secret is wrong.")
    ana.post(page("test", connection))
    connection.refresh_from_db()
    assert connection.status == "ok"


def test_another_company_behind_the_same_connection_is_refused(ana: Client, connection: Connection, ledger: Connection) -> None:
    Connection.everywhere.filter(pk=connection.pk).update(organisation="Acme", organisation_id="1")
    Integration.objects.create(name="One", slug="one", source=connection, ledger=ledger, start_date="2026-01-01")
    answer = ana.post(page("test", connection), follow=True)
    assert "belongs to Acme (1)" in answer.content.decode()
    connection.refresh_from_db()
    assert (connection.status, connection.organisation_id) == ("sign_in", "1")


def test_disconnecting_asks_first_then_revokes_and_wipes(ana: Client, connection: Connection, remote: Remote) -> None:
    ana.post(page("test", connection))
    ana.get(page("disconnect", connection))
    assert vault.names(connection)
    ana.post(page("disconnect", connection), {"confirmed": "yes"})
    assert [token.access for token in remote.revoked] == ["access-1"]
    assert vault.names(connection) == frozenset()
    assert Entry.objects.filter(event="connection.disconnected").count() == 1


def test_disconnecting_works_although_the_remote_does_not_answer(ana: Client, connection: Connection, remote: Remote) -> None:
    ana.post(page("test", connection))
    remote.revoke_fails = TryLater("It cannot be reached.")
    answer = ana.post(page("disconnect", connection), {"confirmed": "yes"}, follow=True)
    assert vault.names(connection) == frozenset()
    assert "Take the access back there too" in answer.content.decode()


@pytest.mark.parametrize("name", ["test", "sign_in"])
def test_looking_at_an_address_does_nothing(ana: Client, connection: Connection, remote: Remote, name: str) -> None:
    assert ana.get(page(name, connection)).status_code == 405
    assert (remote.grants, SignInAttempt.everywhere.count()) == ([], 0)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.APPROVER, Role.FINANCE])
@pytest.mark.parametrize("name", ["credentials", "test", "disconnect", "sign_in"])
def test_only_administrators_set_up_connections(tenant: Any, connection: Connection, role: str, name: str) -> None:
    client = signed_in(tenant, role, "vera")
    assert client.post(page(name, connection), {"confirmed": "yes"}).status_code == 403
    assert vault.names(connection)
    assert Entry.objects.get(event="access.denied").tenant_id == tenant.pk


@pytest.mark.parametrize("name", ["credentials", "test", "disconnect", "sign_in"])
def test_a_connection_of_another_tenant_is_not_there(connection: Connection, name: str) -> None:
    other = Tenant.objects.create(name="Borealis", slug="borealis")
    with tenant_scope(other):
        olaf = signed_in(other, Role.OWNER, "olaf")
    foreign, nothing = olaf.post(page(name, connection)), olaf.post(reverse(f"connections:{name}", args=[999_999]))
    assert foreign.status_code == nothing.status_code == 404
    assert vault.names(connection)


def test_strangers_are_sent_to_the_sign_in(connection: Connection) -> None:
    answer = Client().get(page("credentials", connection))
    assert answer.status_code == 302
    assert "credentials" not in answer.headers["Location"].split("?")[0]


def test_a_connection_that_something_is_joined_to_cannot_be_deleted(ana: Client, connection: Connection, ledger: Connection) -> None:
    Integration.objects.create(name="One", slug="one", source=connection, ledger=ledger, start_date="2026-01-01")
    assert ana.post(reverse("admin:connections_connection_delete", args=[connection.pk]), {"post": "yes"}).status_code == 403
    assert Connection.objects.filter(pk=connection.pk).exists()


def test_the_call_journal_cannot_be_changed(ana: Client, connection: Connection) -> None:
    call = Call.objects.create(connection=connection, at=utcnow(), method="GET", url="https://x", operation="look", status=200, elapsed_ms=1)
    assert ana.post(change_page(call), {"operation": "forged"}).status_code == 403
    assert ana.get(reverse("admin:connections_call_add")).status_code == 403
