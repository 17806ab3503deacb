"""The cast of these tests: one tenant, a pretend source and a pretend ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors import catalog
from connectors.connections import vault
from connectors.connections.models import Connection
from onecore.lib.scope import tenant_scope

from . import pretend


@pytest.fixture(autouse=True)
def remote(monkeypatch: pytest.MonkeyPatch) -> Iterator[pretend.Remote]:
    monkeypatch.setitem(catalog.CONNECTORS, "pretend", "tests.connections.pretend:CONNECTOR")
    monkeypatch.setitem(catalog.CONNECTORS, "pretend_ledger", "tests.connections.pretend:LEDGER")
    catalog.connector.cache_clear()
    yield pretend.fresh()
    catalog.connector.cache_clear()


@pytest.fixture(autouse=True)
def _static_files(settings: Any, tmp_path: Any) -> None:
    settings.STATIC_ROOT = str(tmp_path)  # nothing is collected here, and whitenoise warns of a folder that is not there


@pytest.fixture
def tenant(db: Any) -> Iterator[Any]:
    from onecore.tenants.models import Tenant

    made = Tenant.objects.create(name="Acme Builders", slug="acme")
    with tenant_scope(made):
        yield made


@pytest.fixture
def connection(tenant: Any) -> Connection:
    made = Connection.objects.create(system="pretend", name="Pretend, Acme", config={"company_id": "4711", "client_id": "acme"})
    vault.put(made, {"client_secret": pretend.CANARY})
    return made


@pytest.fixture
def ledger(tenant: Any) -> Connection:
    made = Connection.objects.create(system="pretend_ledger", name="Ledger, Acme", config={"company": "ACME"})
    vault.put(made, {"password": "pass-word-1"})
    return made
