"""Two hundred callers need a new token at once: the remote is asked exactly once (real threads, a real database)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from connectors.connections import vault
from connectors.connections.models import Connection
from connectors.connections.opening import signing_in
from connectors.port.connector import Grant, SignIn, Token
from onecore.lib.scope import tenant_scope

CALLERS = 200
AT_ONCE = threading.BoundedSemaphore(40)  # what a small PostgreSQL has connections for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared_database(tmp_path: Path) -> Iterator[None]:
    """Threads need a database they can really share: SQLite in memory is copied to a file for the time of the test."""
    default = connections["default"]
    if default.vendor != "sqlite" or not default.is_in_memory_db():
        yield
        return
    import sqlite3

    path = str(tmp_path / "shared.sqlite3")
    default.ensure_connection()
    target = sqlite3.connect(path)
    default.connection.backup(target)
    target.close()
    before = connections.settings["default"]["NAME"]
    connections.settings["default"]["NAME"] = path
    yield
    connections.settings["default"]["NAME"] = before


def test_it_refreshes_exactly_once(request: pytest.FixtureRequest) -> None:
    from onecore.tenants.models import Tenant

    tenant = Tenant.objects.create(name="Acme Builders", slug="acme")
    with tenant_scope(tenant):
        connection = Connection.objects.create(
            system="pretend", name="Pretend", signs_in_with=SignIn.AUTHORIZATION_CODE, config={"company_id": "1", "client_id": "acme"}
        )
    vault.put(connection, {"client_secret": "a-secret"})
    signing_in(connection).tokens.accept(Token("spent", time.time() - 1, "refresh-0"))
    request.getfixturevalue("shared_database")

    asked: list[Grant] = []
    got: list[Any] = []

    def slow_remote(grant: Grant) -> Token:
        asked.append(grant)
        time.sleep(0.3)
        return Token("the one", time.time() + 3600, "refresh-1")

    def caller() -> None:
        with AT_ONCE:
            try:
                tokens = signing_in(connection).tokens
                tokens._sign_in = slow_remote
                got.append(tokens.token().access)
            except Exception as problem:  # told to the assertion below
                got.append(problem)
            finally:
                connections["default"].close()

    threads = [threading.Thread(target=caller) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["the one"] * CALLERS
    assert [grant.refresh for grant in asked] == ["refresh-0"]
