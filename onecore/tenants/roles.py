"""What each role may do: one table. Superusers are platform support and may do everything in any tenant."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

VIEW, MAP, RELEASE, ADMINISTER = "view", "map", "release", "administer"
ACTS = {
    VIEW: "see everything of the tenant",
    MAP: "set and import mappings",
    RELEASE: "release held documents, sync and retry",
    ADMINISTER: "set up connections, integrations, policies and people",
}


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    FINANCE = "finance", "Finance"
    APPROVER = "approver", "Approver"
    ONBOARDING = "onboarding", "Onboarding"
    AUDITOR = "auditor", "Auditor"
    VIEWER = "viewer", "Viewer"


ROLE_ACTS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({VIEW, MAP, RELEASE, ADMINISTER}),
    Role.FINANCE: frozenset({VIEW, MAP, RELEASE}),
    Role.APPROVER: frozenset({VIEW, RELEASE}),
    Role.ONBOARDING: frozenset({VIEW, MAP, ADMINISTER}),
    Role.AUDITOR: frozenset({VIEW}),
    Role.VIEWER: frozenset({VIEW}),
}


def may(user: Any, act: str, tenant_id: int | None) -> bool:
    """True if `user` may do `act` (a key of ACTS) in this tenant."""
    if act not in ACTS:
        raise ValueError(f"{act!r} is no act. Known acts: {', '.join(ACTS)}.")
    if tenant_id is None or not user.is_active:
        return False
    return bool(user.is_superuser) or act in acts_of_role(roles_of(user).get(tenant_id))


def acts_of_role(role: str | None) -> frozenset[str]:
    """The acts of a role; none for an unknown one."""
    return ROLE_ACTS.get(role or "", frozenset())


def roles_of(user: Any) -> dict[int, str]:
    """Tenant id to role, read once for this user object (which lives as long as one request)."""
    if user.pk is None:
        return {}
    known: dict[int, str] | None = getattr(user, "_onecore_roles", None)
    if known is None:
        accounts = get_user_model()._base_manager.filter(pk=user.pk, memberships__isnull=False).order_by("memberships__pk")
        known = dict(accounts.values_list("memberships__tenant_id", "memberships__role"))
        user._onecore_roles = known
    return known


def may_grant(granter: Any, role: str, tenant_id: int) -> bool:
    """Nobody hands out, or takes away, a role that may do more than they may themselves."""
    return may(granter, ADMINISTER, tenant_id) and all(may(granter, act, tenant_id) for act in acts_of_role(role))
