"""Tenants and the people in them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from onecore.tenants.models import Membership, Tenant
from onecore.tenants.roles import Role

PASSWORD = "a password only tests know"


def a_tenant(name: str) -> Tenant:
    """The tenant of this name, made at the first asking."""
    return Tenant.objects.get_or_create(slug=name.lower().replace(" ", "-"), defaults={"name": name})[0]


def a_person(name: str, **roles: str) -> Any:
    """A user with a role in each named tenant: `a_person("Ana", acme="owner")`. Tenants are named by slug."""
    user, _ = get_user_model().objects.get_or_create(username=name.lower(), defaults={"email": f"{name.lower()}@example.test", "first_name": name})
    for slug, role in roles.items():
        Membership.everywhere.update_or_create(tenant=Tenant.objects.get(slug=slug), user=user, defaults={"role": Role(role)})
    return user


def platform_support() -> Any:
    """A superuser: belongs to no tenant, may enter any."""
    return get_user_model().objects.create_superuser("support", "support@example.test", PASSWORD)
