"""People of these tests, signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from onecore.tenants.models import Membership
from onecore.tenants.roles import Role


def person(tenant: Any, role: str = Role.OWNER, name: str = "ana") -> Any:
    made = get_user_model().objects.create_user(name, f"{name}@acme.example")
    Membership.everywhere.create(tenant=tenant, user=made, role=role)
    return made


def signed_in(tenant: Any, role: str = Role.OWNER, name: str = "ana") -> Client:
    client = Client()
    client.force_login(person(tenant, role, name), backend="onecore.tenants.login.RoleBackend")
    return client
