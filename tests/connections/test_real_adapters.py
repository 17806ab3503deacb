"""The real adapters, opened from the vault, against the pretend systems over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.connections import vault
from connectors.connections.configure import create_connection
from connectors.connections.disconnect import disconnect
from connectors.connections.health import try_out
from connectors.connections.models import Call, Connection
from connectors.connections.opening import using
from connectors.port.errors import SignInAgain
from connectors.sandbox.server import Server, environment, serve

pytestmark = [pytest.mark.sandbox, pytest.mark.django_db]
PLAIN = {
    "procore": ("company_id", "client_id", "client_secret"),
    "intacct": ("sender_id", "sender_password", "company_id", "user_id", "user_password"),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Server]:
    server = serve(port=0, scenario="small")
    yield server
    server.stop()


@pytest.fixture
def world(sandbox: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name, value in environment(sandbox.address).items():
        monkeypatch.setenv(name, value)
    requests.post(f"{sandbox.address}/control/reset", json={"scenario": "small"}, timeout=30).raise_for_status()
    found: dict[str, Any] = requests.get(f"{sandbox.address}/control/world", timeout=30).json()["pairs"][0]
    return found


def made(world: dict[str, Any], system: str, **changes: str) -> Connection:
    values = {name: str(world[system][name]) for name in PLAIN[system]} | changes
    return create_connection(system=system, name=f"{system}, Acme", values=values, actor="ana")


def secrets_of(world: dict[str, Any]) -> list[str]:
    return [value for side in world.values() if isinstance(side, dict) for name, value in side.items() if "secret" in name or "password" in name]


@pytest.mark.parametrize("system", ["procore", "intacct"])
def test_a_connection_works_and_its_journal_keeps_no_secret(tenant: Any, world: dict[str, Any], system: str) -> None:
    connection = made(world, system)
    verdict = try_out(connection, actor="ana")
    assert verdict.ok, verdict.sentence
    assert connection.organisation_id == str(world[system]["company_id"])
    written = repr(list(Call.everywhere.values()))
    token = vault.credential_of(connection).token
    assert Call.everywhere.exists()
    assert not [secret for secret in secrets_of(world) if secret in written]
    assert token.startswith("oc1:")


@pytest.mark.parametrize(("system", "secret"), [("procore", "client_secret"), ("intacct", "user_password")])
def test_a_wrong_secret_asks_for_a_sign_in_and_is_not_tried_again(tenant: Any, world: dict[str, Any], system: str, secret: str) -> None:
    connection = made(world, system, **{secret: "wrong-one"})
    verdict = try_out(connection, actor="ana")
    assert verdict.sign_in, verdict.sentence
    connection.refresh_from_db()
    assert connection.status == Connection.Status.SIGN_IN
    before = Call.everywhere.count()
    with using(connection) as port, pytest.raises(SignInAgain):
        port.check()
    assert Call.everywhere.count() == before


@pytest.mark.parametrize("system", ["procore", "intacct"])
def test_one_token_serves_the_next_opening_too(tenant: Any, world: dict[str, Any], system: str) -> None:
    connection = made(world, system)
    try_out(connection, actor="ana")
    generation = vault.credential_of(connection).generation
    with using(connection) as port:
        port.check()
    assert vault.credential_of(connection).generation == generation


def test_disconnecting_takes_the_token_back(tenant: Any, world: dict[str, Any]) -> None:
    connection = made(world, "procore")
    try_out(connection, actor="ana")
    assert disconnect(connection, actor="ana") == "procore, Acme is disconnected."
    assert Call.everywhere.filter(operation__icontains="revoke").exists()


def test_entering_the_same_again_changes_nothing(tenant: Any, world: dict[str, Any]) -> None:
    from connectors.connections.configure import configure

    connection = made(world, "procore")
    try_out(connection, actor="ana")
    assert configure(connection, {name: str(world["procore"][name]) for name in PLAIN["procore"]}, actor="ana") == []
    connection.refresh_from_db()
    assert connection.status == Connection.Status.OK
