"""Without a current tenant nothing is answered; with one, only its own rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from onecore.lib.scope import NoTenant, current_tenant_id, has_tenant, tenant_scope
from onecore.tenants.models import Membership
from tests.factories.people import a_person, a_tenant

pytestmark = pytest.mark.django_db


def test_the_scoped_manager_raises_without_a_tenant() -> None:
    with pytest.raises(NoTenant, match="tenant_scope"):
        Membership.objects.count()
    with pytest.raises(NoTenant):
        a_person("Ana").memberships.all()


def test_it_sees_the_current_tenants_rows_only() -> None:
    acme, borealis = a_tenant("Acme"), a_tenant("Borealis")
    a_person("Ana", acme="owner")
    a_person("Olaf", borealis="owner")
    with tenant_scope(acme):
        assert [row.user.username for row in Membership.objects.all()] == ["ana"]
        with tenant_scope(borealis.pk):
            assert [row.user.username for row in Membership.objects.all()] == ["olaf"]
        assert current_tenant_id() == acme.pk
    assert Membership.everywhere.count() == 2


def test_a_new_row_gets_the_current_tenant_and_cannot_be_made_without_one() -> None:
    acme, user = a_tenant("Acme"), a_person("Ana")
    with pytest.raises(NoTenant):
        Membership(user=user).save()
    with tenant_scope(acme):
        assert Membership.objects.create(user=user).tenant_id == acme.pk


def test_the_scope_is_left_even_when_the_work_fails_and_never_leaks_into_another_thread() -> None:
    with pytest.raises(ZeroDivisionError), tenant_scope(1):
        _ = 1 / 0
    assert not has_tenant()
    with tenant_scope(1), ThreadPoolExecutor(1) as pool:
        assert pool.submit(has_tenant).result() is False


def test_nobody_can_be_made_current_inside_a_scope() -> None:
    with tenant_scope(1), tenant_scope(None), pytest.raises(NoTenant):
        current_tenant_id()
