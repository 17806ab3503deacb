"""Which tenant a person works in, and that nobody enters one that is not theirs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onecore.lib.scope import has_tenant
from onecore.tenants.models import Membership
from onecore.tenants.signals import access_denied, tenant_entered
from tests.factories.people import a_person, a_tenant, platform_support

pytestmark = pytest.mark.django_db

CHOOSE = "/portal/tenant/"


def _signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _tenant_of(client: Client) -> Any:
    return client.get(reverse("admin:index")).wsgi_request.tenant  # type: ignore[attr-defined]


def test_a_person_starts_in_their_first_tenant_and_stays_where_they_switched_to() -> None:
    acme, borealis = a_tenant("Acme"), a_tenant("Borealis")
    client = _signed_in(a_person("Ana", acme="owner", borealis="viewer"))
    assert _tenant_of(client) == acme
    assert client.post(CHOOSE, {"tenant": borealis.pk})["Location"] == reverse("admin:index")
    assert _tenant_of(client) == borealis
    assert not has_tenant()


@pytest.mark.parametrize("wanted", ["foreign", "987654321", "", "abc", "1 OR 1=1", "-1", "²", "9" * 30])
def test_switching_to_a_foreign_tenant_is_refused_like_one_that_does_not_exist(wanted: str) -> None:
    a_tenant("Acme")
    borealis = a_tenant("Borealis")
    client = _signed_in(a_person("Ana", acme="owner"))
    denied: list[Any] = []

    def listen(*, tenant_id: Any, **_: Any) -> None:
        denied.append(tenant_id)

    access_denied.connect(listen)
    try:
        response = client.post(CHOOSE, {"tenant": borealis.pk if wanted == "foreign" else wanted})
    finally:
        access_denied.disconnect(listen)
    assert response.status_code == 403
    assert b"not a member" in response.content
    assert b"Borealis" not in response.content
    assert len(denied) == 1
    assert _tenant_of(client).slug == "acme"


def test_a_forged_session_does_not_enter_a_foreign_tenant() -> None:
    acme, borealis = a_tenant("Acme"), a_tenant("Borealis")
    client = _signed_in(a_person("Ana", acme="owner"))
    session = client.session
    session["tenant"] = borealis.pk
    session.save()
    assert _tenant_of(client) == acme


def test_a_lost_membership_leads_back_to_what_is_left() -> None:
    acme, borealis = a_tenant("Acme"), a_tenant("Borealis")
    ana = a_person("Ana", acme="owner", borealis="owner")
    client = _signed_in(ana)
    client.post(CHOOSE, {"tenant": borealis.pk})
    Membership.everywhere.filter(user=ana, tenant=borealis).delete()
    assert _tenant_of(client) == acme


def test_support_is_in_no_tenant_until_it_enters_one_on_the_record() -> None:
    acme = a_tenant("Acme")
    client = _signed_in(platform_support())
    entered: list[int] = []

    def listen(*, tenant_id: int, **_: Any) -> None:
        entered.append(tenant_id)

    assert b"Choose a tenant to begin" in client.get(reverse("admin:index")).content
    assert client.get(reverse("admin:tenants_membership_changelist")).status_code == 403
    tenant_entered.connect(listen)
    try:
        client.post(CHOOSE, {"tenant": acme.pk})
    finally:
        tenant_entered.disconnect(listen)
    assert entered == [acme.pk]
    assert client.get(reverse("admin:tenants_membership_changelist")).status_code == 200


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_the_way_back_stays_inside(target: str) -> None:
    acme = a_tenant("Acme")
    client = _signed_in(a_person("Ana", acme="owner"))
    assert client.post(CHOOSE, {"tenant": acme.pk, "next": target})["Location"] == reverse("admin:index")


def test_looking_changes_nothing_and_a_switch_needs_its_token() -> None:
    a_tenant("Acme")
    borealis = a_tenant("Borealis")
    ana = a_person("Ana", acme="owner", borealis="viewer")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana)
    assert strict.get(CHOOSE, {"tenant": borealis.pk}).status_code == 200
    refused = strict.post(CHOOSE, {"tenant": borealis.pk})
    assert refused.status_code == 403
    assert b"Nothing was changed" in refused.content
    assert _tenant_of(strict).slug == "acme"


def test_the_list_names_only_what_the_person_may_enter() -> None:
    a_tenant("Acme")
    a_tenant("Borealis")
    assert b"Borealis" not in _signed_in(a_person("Ana", acme="owner")).get(CHOOSE).content
    assert Client().get(CHOOSE).status_code == 302
