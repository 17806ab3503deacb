"""A connection with a hook, and a sender who knows the secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from connectors.webhooks.models import Hook
from connectors.webhooks.receive import create_hook

Post = Callable[..., Any]


@pytest.fixture
def connection_of() -> Callable[..., Any]:
    """Make a connection of a new tenant."""

    def make(slug: str = "acme") -> Any:
        tenant = apps.get_model("tenants.Tenant").objects.create(name=slug.title(), slug=slug)
        return apps.get_model("connections.Connection").everywhere.create(tenant_id=tenant.pk, system="procore", name=f"{slug} Procore")

    return make


@pytest.fixture
def hooked(db: None, connection_of: Callable[..., Any]) -> tuple[Hook, str]:
    return create_hook(connection_of(), actor="ana")


@pytest.fixture
def post(client: Client, hooked: tuple[Hook, str]) -> Post:
    """Post a delivery: `secret` None sends no header, `body` may be raw bytes."""
    hook, right = hooked

    def send(body: Any = None, *, secret: str | None = right, path: str = hook.path, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps({"id": 1, "ulid": "01A"} if body is None else body).encode()
        given = {} if secret is None else {"authorization": secret}
        return client.post(path, data=content, content_type=headers.pop("content_type", "application/json"), headers={**given, **headers})

    return send
