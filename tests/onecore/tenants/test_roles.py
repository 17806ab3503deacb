"""The role table, and that rights come from nowhere else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from onecore.lib.scope import tenant_scope
from onecore.tenants.roles import ACTS, Role, may, may_grant
from tests.factories.people import a_person, a_tenant, platform_support

pytestmark = pytest.mark.django_db

MATRIX = {
    Role.OWNER: {"view", "map", "release", "administer"},
    Role.FINANCE: {"view", "map", "release"},
    Role.APPROVER: {"view", "release"},
    Role.ONBOARDING: {"view", "map", "administer"},
    Role.AUDITOR: {"view"},
    Role.VIEWER: {"view"},
}


def test_every_role_is_in_the_matrix() -> None:
    assert set(MATRIX) == set(Role)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_table_says_in_its_own_tenant_and_nothing_elsewhere(role: Role) -> None:
    acme, borealis = a_tenant("Acme"), a_tenant("Borealis")
    person = a_person("Pat", acme=role)
    assert {act for act in ACTS if may(person, act, acme.pk)} == MATRIX[role]
    assert not any(may(person, act, borealis.pk) for act in ACTS)
    assert not any(may(person, act, None) for act in ACTS)


def test_an_inactive_person_may_nothing() -> None:
    acme = a_tenant("Acme")
    person = a_person("Pat", acme="owner")
    person.is_active = False
    assert not any(may(person, act, acme.pk) for act in ACTS)


def test_an_unknown_act_is_a_mistake_not_a_no() -> None:
    with pytest.raises(ValueError, match="no act"):
        may(platform_support(), "viev", 1)


def test_permissions_of_django_follow_the_role_in_the_current_tenant() -> None:
    acme, borealis = a_tenant("Acme"), a_tenant("Borealis")
    person = a_person("Pat", acme="owner", borealis="viewer")
    with tenant_scope(acme):
        assert person.has_perm("tenants.change_membership")
    with tenant_scope(borealis):
        assert person.has_perm("tenants.view_membership")
        assert not person.has_perm("tenants.change_membership")
    assert not person.has_perm("tenants.view_membership")


@pytest.mark.parametrize("permission", ["auth.view_user", "django_q.view_ormq", "sessions.view_session", "onecore.fly", "nowhere.view_thing"])
def test_no_role_reaches_rows_that_belong_to_no_tenant(permission: str) -> None:
    person = a_person("Pat") if not a_tenant("Acme") else a_person("Pat", acme="owner")
    with tenant_scope(a_tenant("Acme")):
        assert not person.has_perm(permission)


def test_groups_and_permission_rows_give_nothing() -> None:
    acme = a_tenant("Acme")
    person = a_person("Pat", acme="viewer")
    everything = Group.objects.create(name="everything")
    everything.permissions.set(Permission.objects.all())
    person.groups.add(everything)
    person.user_permissions.set(Permission.objects.all())
    with tenant_scope(acme):
        assert not person.has_perm("auth.view_user")
        assert not person.has_perm("tenants.change_membership")


@pytest.mark.parametrize(
    ("granter", "role", "allowed"),
    [
        ("owner", "owner", True),
        ("owner", "finance", True),
        ("onboarding", "onboarding", True),
        ("onboarding", "viewer", True),
        ("onboarding", "finance", False),
        ("onboarding", "owner", False),
        ("finance", "viewer", False),
        ("viewer", "viewer", False),
    ],
)
def test_nobody_grants_more_than_they_may(granter: str, role: str, allowed: bool) -> None:
    acme = a_tenant("Acme")
    assert may_grant(a_person("Pat", acme=granter), role, acme.pk) is allowed
