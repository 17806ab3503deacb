"""Sign-ins, memberships and refusals reach the trail of every tenant they concern."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.test import Client, RequestFactory
from django.urls import reverse

from audit.models import Entry
from onecore.tenants import signals
from onecore.tenants.models import Membership, Tenant
from onecore.tenants.people import add_person, change_role, remove_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(acme: Any, borealis: Any) -> Any:
    """A member of both tenants."""
    user = get_user_model().objects.create_user("ana", "ana@example.com", "long enough pass")
    for tenant in (acme, borealis):
        Membership.everywhere.create(tenant=tenant, user=user, role="owner")
    return user


def _told(event: str) -> list[tuple[Any, str, str]]:
    rows = Entry.everywhere.filter(event=event).order_by("tenant_id", "sequence")
    return list(rows.values_list("tenant__slug", "actor", "subject"))


def test_a_sign_in_is_told_to_each_of_the_persons_tenants_with_its_address(ana: Any) -> None:
    request = RequestFactory().get("/", headers={"user-agent": "Browser 1.0"})
    user_logged_in.send(sender=type(ana), user=ana, request=request)
    user_logged_out.send(sender=type(ana), user=ana, request=request)
    assert _told("user.signed_in") == [("acme", "ana", "ana"), ("borealis", "ana", "ana")]
    assert _told("user.signed_out") == [("acme", "ana", "ana"), ("borealis", "ana", "ana")]
    assert Entry.everywhere.filter(event="user.signed_in").first().data == {"address": "127.0.0.1", "program": "Browser 1.0"}


def test_signing_out_without_being_signed_in_is_nothing(ana: Any) -> None:
    user_logged_out.send(sender=None, user=None, request=None)
    assert _told("user.signed_out") == []


def test_a_failed_sign_in_of_a_member_is_told_to_their_tenants(ana: Any) -> None:
    assert authenticate(RequestFactory().post("/"), username="ana", password="guess") is None
    assert {tenant for tenant, _, _ in _told("user.sign_in_failed")} == {"acme", "borealis"}
    assert {actor for _, actor, _ in _told("user.sign_in_failed")} == {"system"}


def test_a_failed_sign_in_of_a_stranger_is_told_to_the_portal_only(ana: Any) -> None:
    user_login_failed.send(sender="test", credentials={"username": "mallory\x00" * 200}, request=None)
    [(tenant, _, subject)] = _told("user.sign_in_failed")
    assert tenant is None
    assert subject.startswith("mallory")


def test_the_portals_own_sign_in_page_is_observed(ana: Any, client: Client) -> None:
    page = reverse("account_login")
    client.post(page, {"login": "ana", "password": "wrong password"})
    assert len(_told("user.sign_in_failed")) == 2
    client.post(page, {"login": "ana", "password": "long enough pass"})
    assert len(_told("user.signed_in")) == 2
    assert "long enough pass" not in str(list(Entry.everywhere.values()))
    assert "wrong password" not in str(list(Entry.everywhere.values()))


def test_memberships_given_changed_and_taken_are_told_with_who_did_it(acme: Any, ana: Any) -> None:
    membership = add_person(tenant_id=acme.pk, email="carl@example.com", role="viewer", by=ana)
    change_role(membership, role="finance", by=ana)
    remove_person(membership, by=ana)
    rows = Entry.everywhere.filter(event="membership.changed").order_by("sequence")
    assert [(row.actor, row.subject, row.data["before"], row.data["after"]) for row in rows] == [
        ("ana", "carl@example.com", "no role", "viewer"),
        ("ana", "carl@example.com", "viewer", "finance"),
        ("ana", "carl@example.com", "finance", "no role"),
    ]


def test_an_account_deleted_with_its_memberships_is_told(acme: Any, ana: Any) -> None:
    carl = get_user_model().objects.create_user("carl")
    Membership.everywhere.create(tenant=acme, user=carl, role="viewer")
    carl.delete()
    assert _told("membership.changed") == [("acme", "system", "carl")]


def test_entering_a_tenant_is_told_to_that_tenant(acme: Any, ana: Any) -> None:
    signals.tenant_entered.send(sender=Tenant, user=ana, tenant_id=acme.pk)
    assert _told("tenant.entered") == [("acme", "ana", "Acme Builders")]


@pytest.mark.parametrize("asked", ["acme", "none", "no number", "9" * 40, "²"])
def test_a_refusal_is_told_to_the_tenant_it_was_about_or_to_the_portal(acme: Any, ana: Any, asked: str) -> None:
    signals.access_denied.send(sender=Tenant, user=ana, tenant_id=acme.pk if asked == "acme" else asked, what="enter tenant")
    assert _told("access.denied") == [("acme" if asked == "acme" else None, "ana", "enter tenant")]
