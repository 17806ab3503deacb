"""Adding, changing and removing people: nobody raises themselves, support stays out of reach, the last owner stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from onecore.tenants.models import Membership, Tenant
from onecore.tenants.people import Refused, add_person, change_role, remove_person
from onecore.tenants.signals import membership_changed
from tests.factories.people import a_person, a_tenant, platform_support

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Tenant:
    return a_tenant("Acme")


def _membership(user: Any, tenant: Tenant) -> Membership:
    found: Membership = Membership.everywhere.get(user=user, tenant=tenant)
    return found


def _signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _page(membership: Membership, name: str = "change") -> str:
    return reverse(f"admin:tenants_membership_{name}", args=[membership.pk])


def test_a_new_person_gets_an_account_without_password_and_a_mail(acme: Tenant) -> None:
    ana = _signed_in(a_person("Ana", acme="owner"))
    sent = {"email": "New.Person@Example.test", "first_name": "New", "last_name": "Person", "role": "finance"}
    response = ana.post(reverse("admin:tenants_membership_add"), sent)
    assert response.status_code == 302
    added = Membership.everywhere.get(user__email="new.person@example.test")
    assert (added.tenant, added.role, added.user.has_usable_password()) == (acme, "finance", False)
    assert not added.user.is_staff
    assert [message.to for message in mail.outbox] == [["new.person@example.test"]]


def test_a_known_address_is_the_same_person_whatever_its_case(acme: Tenant) -> None:
    olaf = a_person("Olaf")
    assert add_person(tenant_id=acme.pk, email="OLAF@example.test", role="viewer", by=None).user == olaf
    with pytest.raises(Refused, match="already"):
        add_person(tenant_id=acme.pk, email="olaf@example.test", role="owner", by=None)


def test_fields_the_form_does_not_have_are_ignored(acme: Tenant) -> None:
    ana, carl = a_person("Ana", acme="owner"), a_person("Carl", acme="viewer")
    borealis = a_tenant("Borealis")
    sent = {"role": "finance", "tenant": borealis.pk, "user": ana.pk, "is_superuser": "on", "is_staff": "on"}
    assert _signed_in(ana).post(_page(_membership(carl, acme)), sent).status_code == 302
    changed = _membership(carl, acme)
    changed.user.refresh_from_db()
    assert (changed.role, changed.user, changed.user.is_superuser, changed.user.is_staff) == ("finance", carl, False, False)


@pytest.mark.parametrize("role", ["owner", "finance"])
def test_an_onboarder_cannot_give_a_role_above_theirs(acme: Tenant, role: str) -> None:
    onboarder, vera = a_person("Oona", acme="onboarding"), a_person("Vera", acme="viewer")
    response = _signed_in(onboarder).post(_page(_membership(vera, acme)), {"role": role})
    assert response.status_code == 200
    assert "role" in response.context["adminform"].form.errors
    assert _membership(vera, acme).role == "viewer"
    with pytest.raises(Refused, match="only an owner"):
        change_role(_membership(vera, acme), role=role, by=onboarder)


@pytest.mark.parametrize("role", ["finance", "approver", "viewer"])
def test_who_may_not_administer_cannot_touch_people(acme: Tenant, role: str) -> None:
    person, vera = a_person("Pat", acme=role), a_person("Vera", acme="viewer")
    client = _signed_in(person)
    assert client.get(reverse("admin:tenants_membership_add")).status_code == 403
    assert client.post(_page(_membership(vera, acme)), {"role": "owner"}).status_code == 403
    assert client.post(_page(_membership(vera, acme), "delete"), {"post": "yes"}).status_code == 403
    assert _membership(vera, acme).role == "viewer"


def test_nobody_changes_or_removes_themselves(acme: Tenant) -> None:
    a_person("Second", acme="owner")
    ana = a_person("Ana", acme="owner")
    own = _membership(ana, acme)
    assert _signed_in(ana).post(_page(own), {"role": "viewer"}).status_code == 403
    assert _signed_in(ana).post(_page(own, "delete"), {"post": "yes"}).status_code == 403
    with pytest.raises(Refused, match="your own"):
        change_role(own, role="finance", by=ana)


def test_an_onboarder_cannot_remove_an_owner(acme: Tenant) -> None:
    a_person("Second", acme="owner")
    owner = a_person("Ana", acme="owner")
    onboarder = a_person("Oona", acme="onboarding")
    assert _signed_in(onboarder).post(_page(_membership(owner, acme), "delete"), {"post": "yes"}).status_code == 403
    with pytest.raises(Refused, match="Owner"):
        remove_person(_membership(owner, acme), by=onboarder)


def test_a_platform_account_is_out_of_a_tenants_reach(acme: Tenant) -> None:
    ana, support = a_person("Ana", acme="owner"), platform_support()
    with pytest.raises(Refused, match="cannot be added"):
        add_person(tenant_id=acme.pk, email=support.email, role="viewer", by=ana)
    membership = Membership.everywhere.create(tenant=acme, user=support, role="viewer")
    with pytest.raises(Refused, match="platform"):
        remove_person(membership, by=ana)


def test_the_last_owner_stays(acme: Tenant) -> None:
    only = _membership(a_person("Ana", acme="owner"), acme)
    with pytest.raises(Refused, match="last owner"):
        remove_person(only, by=None)
    with pytest.raises(Refused, match="last owner"):
        change_role(only, role="viewer", by=platform_support())


def test_a_person_removed_is_out_at_the_next_click(acme: Tenant) -> None:
    carl = a_person("Carl", acme="finance")
    client = _signed_in(carl)
    assert client.get(reverse("admin:index")).status_code == 200
    remove_person(_membership(carl, acme), by=a_person("Ana", acme="owner"))
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_each_change_is_told_once(acme: Tenant) -> None:
    told: list[tuple[str, str]] = []

    def listen(*, before: str, after: str, **_: Any) -> None:
        told.append((before, after))

    ana = a_person("Ana", acme="owner")
    membership_changed.connect(listen)
    try:
        membership = add_person(tenant_id=acme.pk, email="x@example.test", role="viewer", by=ana)
        change_role(membership, role="viewer", by=ana)
        change_role(membership, role="finance", by=ana)
        remove_person(membership, by=ana)
    finally:
        membership_changed.disconnect(listen)
    assert told == [("", "viewer"), ("viewer", "finance"), ("finance", "")]
