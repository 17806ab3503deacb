"""A connection to the pretend systems, opened the way the portal opens it: vault, token store, throttle, journal and all."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.connections.configure import create_connection
from connectors.connections.models import Connection
from connectors.connections.opening import open_port
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Tenant
from tests.sandbox_server import Sandbox

FIELDS = {
    "procore": ("company_id", "client_id", "client_secret"),
    "intacct": ("sender_id", "sender_password", "company_id", "user_id", "user_password"),
}


def point_at(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The systems live in the sandbox, and patience is short."""
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)


def connect(sandbox: Sandbox, system: str, *, pair: str = "Cascadia", **other: str) -> Connection:
    """A connection of a fresh tenant to one company of the pair."""
    given = sandbox.pair(pair)[system]
    values = {name: str(given[name]) for name in FIELDS[system]} | other
    tenant, _ = Tenant.objects.get_or_create(slug=pair.lower(), defaults={"name": pair})
    with tenant_scope(tenant):
        number = Connection.objects.count() + 1
        return create_connection(system=system, name=f"{system} {number}", values=values, actor="test")


def opened(sandbox: Sandbox, system: str, **other: str) -> Any:
    """The adapter, ready to call."""
    return open_port(connect(sandbox, system, **other))
