"""Signing in by a person: the way to the remote and back, and everybody who must not use it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from connectors.connections.models import Connection, Credential, SignInAttempt
from connectors.kit.oauth2 import challenge_of
from connectors.port.connector import SignIn
from connectors.port.errors import SignInAgain
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Membership, Tenant
from onecore.tenants.roles import Role

from .people import person, signed_in
from .pretend import Remote

pytestmark = pytest.mark.django_db
NOT_VALID = "not valid any more"


@pytest.fixture
def ana(tenant: Any) -> Client:
    return signed_in(tenant)


def leave(client: Client, connection: Connection) -> dict[str, str]:
    """Press the button; what the remote is told."""
    answer = client.post(reverse("connections:sign_in", args=[connection.pk]))
    assert answer.headers["Location"].startswith("https://login.pretend.example/consent?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def back(client: Client, **said: str) -> str:
    return client.get(reverse("connections:return"), said, follow=True).content.decode()


def test_it_stores_the_token_and_tests_the_connection(ana: Client, connection: Connection, remote: Remote) -> None:
    told = leave(ana, connection)
    assert "Pretend &amp; Sons" in back(ana, state=told["state"], code="the-code")
    grant = remote.grants[0]
    assert (grant.kind, grant.code, grant.redirect_uri) == (SignIn.AUTHORIZATION_CODE, "the-code", told["back"])
    assert challenge_of(grant.verifier) == told["challenge"]
    connection.refresh_from_db()
    assert (connection.status, connection.signs_in_with) == ("ok", "authorization_code")
    assert Credential.everywhere.get(connection=connection).redirect_uri == told["back"]


def test_a_state_works_once(ana: Client, connection: Connection, remote: Remote) -> None:
    state = leave(ana, connection)["state"]
    back(ana, state=state, code="the-code")
    assert NOT_VALID in back(ana, state=state, code="another")
    assert len(remote.grants) == 1


def test_a_state_dies_after_ten_minutes(ana: Client, connection: Connection, remote: Remote) -> None:
    state = leave(ana, connection)["state"]
    SignInAttempt.everywhere.update(expires_at=SignInAttempt.everywhere.get().expires_at - timedelta(minutes=10, seconds=1))
    assert NOT_VALID in back(ana, state=state, code="the-code")
    assert remote.grants == []


def test_the_state_of_one_person_is_worth_nothing_to_another(ana: Client, tenant: Any, connection: Connection, remote: Remote) -> None:
    state = leave(ana, connection)["state"]
    assert NOT_VALID in back(signed_in(tenant, Role.OWNER, "carl"), state=state, code="the-code")
    assert remote.grants == []


def test_a_state_of_one_tenant_is_worth_nothing_in_another(tenant: Any, connection: Connection, remote: Remote) -> None:
    ana = person(tenant)
    client = Client()
    client.force_login(ana, backend="onecore.tenants.login.RoleBackend")
    state = leave(client, connection)["state"]
    other = Tenant.objects.create(name="Borealis", slug="borealis")
    with tenant_scope(other):
        Membership.everywhere.create(tenant=other, user=ana, role=Role.OWNER)
    session = client.session
    session["tenant"] = other.pk
    session.save()
    assert NOT_VALID in back(client, state=state, code="the-code")
    assert remote.grants == []


@pytest.mark.parametrize("state", ["", "made-up"])
def test_a_missing_or_invented_state_is_refused(ana: Client, connection: Connection, remote: Remote, state: str) -> None:
    assert NOT_VALID in back(ana, state=state, code="the-code")
    assert remote.grants == []


def test_a_refused_consent_is_told_without_its_markup(ana: Client, connection: Connection, remote: Remote) -> None:
    state = leave(ana, connection)["state"]
    page = back(ana, state=state, error="access_denied<script>")
    assert "did not agree: access_denied&lt;script&gt;" in page
    assert remote.grants == []


def test_a_code_the_remote_refuses_is_told(ana: Client, connection: Connection, remote: Remote) -> None:
    remote.answers = [SignInAgain("The sign-in has expired or was taken back. Sign in again.")]
    assert "has expired or was taken back" in back(ana, state=leave(ana, connection)["state"], code="old")


def test_neither_state_nor_verifier_can_be_read_from_the_database(ana: Client, connection: Connection) -> None:
    told = leave(ana, connection)
    row = repr(SignInAttempt.everywhere.values().get())
    assert told["state"] not in row
    assert "oc1:" in SignInAttempt.everywhere.get().verifier


def test_a_system_without_consent_says_so(ana: Client, ledger: Connection) -> None:
    answer = ana.post(reverse("connections:sign_in", args=[ledger.pk]), follow=True)
    assert "has no sign-in by a person" in answer.content.decode()
