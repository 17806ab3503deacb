"""Generated from the admin's own registry: whatever page is added, an outsider finds nothing of another tenant behind it.

Ana owns Acme, Olaf owns Borealis. Each tenant-owned model gets one row at Acme, its texts marked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.forms.models import ModelChoiceField
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse
from django.urls.resolvers import RegexPattern

from onecore.adminkit.tenant_admin import TenantAdmin
from onecore.lib.scope import TenantOwned, tenant_scope
from onecore.tenants.models import Tenant
from tests.factories.people import a_person, a_tenant, platform_support
from tests.factories.rows import a_row

pytestmark = pytest.mark.django_db

MARK = "acmesecret"
MISSING = 987_654_321
PAGES = [page for page in admin.site._registry.values() if isinstance(page, TenantAdmin)]
OTHERS = [page for page in admin.site._registry.values() if not isinstance(page, TenantAdmin)]
every_page = pytest.mark.parametrize("page", PAGES, ids=[page.model._meta.label for page in PAGES])


def _object_addresses() -> list[Any]:
    return [
        pytest.param(page, pattern, id=f"{page.model._meta.label}-{pattern.name or pattern.pattern}")
        for page in PAGES
        for pattern in page.get_urls()
        if _names_an_object(pattern)
    ]


def _names_an_object(pattern: URLPattern) -> bool:
    return "object_id" in pattern.pattern.converters or (isinstance(pattern.pattern, RegexPattern) and bool(pattern.pattern.regex.groups))


every_object_address = pytest.mark.parametrize(("page", "pattern"), _object_addresses())


@pytest.fixture
def acme() -> Tenant:
    tenant = a_tenant("Acme")
    a_person("Ana", acme="owner")
    return tenant


@pytest.fixture
def olaf(acme: Tenant) -> Client:
    a_tenant("Borealis")
    return _signed_in(a_person("Olaf", borealis="owner"))


@pytest.fixture
def ana(acme: Tenant) -> Client:
    return _signed_in(a_person("Ana"))


def _signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


def _list_address(page: Any) -> str:
    return reverse(f"admin:{page.model._meta.app_label}_{page.model._meta.model_name}_changelist")


def _address(page: Any, pattern: URLPattern, object_id: object) -> str:
    """The pattern's path with the object's id and, where it wants more, a 1."""
    if isinstance(pattern.pattern, RegexPattern):
        groups: Iterator[str] = iter([str(object_id)])
        path = re.sub(r"\([^)]*\)", lambda _: next(groups, "1"), pattern.pattern._regex).strip("^$")
    else:
        path = re.sub(r"<(?:\w+:)?object_id>", str(object_id), str(pattern.pattern))
        path = re.sub(r"<[^>]+>", "1", path)
    return _list_address(page) + path


def _without_token(response: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())


def _facts(row: Any) -> dict[str, Any]:
    return type(row).everywhere.filter(pk=row.pk).values().first() or {}


def test_the_registry_is_not_empty() -> None:
    assert len(PAGES) >= 1
    assert _object_addresses()


@every_page
def test_who_may_open_a_row_can(page: Any, acme: Tenant, ana: Client) -> None:
    """The control: without it every 404 below could be a page that never works. What no owner may see, support may."""
    row = a_row(page.model, tenant=acme, mark=MARK)
    reader = ana
    if ana.get(_list_address(page)).status_code == 403:
        reader = _signed_in(platform_support())
        reader.post(reverse("portal:choose_tenant"), {"tenant": acme.pk})
    assert reader.get(_list_address(page)).status_code == 200
    assert reader.get(f"{_list_address(page)}{row.pk}/change/").status_code == 200


@every_object_address
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_row_answers_as_a_missing_one(page: Any, pattern: URLPattern, method: str, acme: Tenant, olaf: Client) -> None:
    row = a_row(page.model, tenant=acme, mark=MARK)
    before = _facts(row)
    foreign = getattr(olaf, method)(_address(page, pattern, row.pk))
    missing = getattr(olaf, method)(_address(page, pattern, MISSING))
    assert foreign.status_code == missing.status_code == 404
    assert _without_token(foreign) == _without_token(missing)
    assert MARK not in foreign.content.decode()
    assert _facts(row) == before


@every_page
def test_a_list_shows_nothing_foreign(page: Any, acme: Tenant, olaf: Client) -> None:
    row = a_row(page.model, tenant=acme, mark=MARK)
    for query in ("", f"?q={MARK[:-1]}", f"?id={row.pk}", f"?pk={row.pk}", f"?id__gte={row.pk}", "?all="):
        response = olaf.get(_list_address(page) + query, follow=True)
        assert response.status_code in {200, 403, 404}, query
        assert MARK not in response.content.decode(), query
        shown = response.context.get("cl") if response.context else None
        if shown is not None:
            assert row.pk not in [item.pk for item in shown.result_list], query


@every_page
def test_no_action_touches_a_foreign_row(page: Any, acme: Tenant, olaf: Client) -> None:
    row = a_row(page.model, tenant=acme, mark=MARK)
    before = _facts(row)
    request = RequestFactory().get("/")
    request.user = a_person("Olaf")
    with tenant_scope(Tenant.objects.get(slug="borealis")):
        names = list(page.get_actions(request))
    for name in names:
        for confirmed in ({}, {"confirmed": "yes", "post": "yes", "reason": "because"}):
            sent = {"action": name, ACTION_CHECKBOX_NAME: [row.pk], "index": "0", **confirmed}
            response = olaf.post(_list_address(page), sent, follow=True)
            assert MARK not in response.content.decode(), name
            across = olaf.post(_list_address(page), {**sent, "select_across": "1"}, follow=True)
            assert MARK not in across.content.decode(), name
    assert _facts(row) == before


@every_page
def test_a_form_offers_and_accepts_nothing_foreign(page: Any, acme: Tenant, olaf: Client) -> None:
    request = RequestFactory().get("/")
    request.user = a_person("Olaf")
    with tenant_scope(Tenant.objects.get(slug="borealis")):
        fields = page.get_form(request, obj=None, change=not page.has_add_permission(request)).base_fields
    for name, field in fields.items():
        if isinstance(field, ModelChoiceField) and issubclass(field.queryset.model, TenantOwned):
            foreign = a_row(field.queryset.model, tenant=acme, mark=MARK)
            assert not field.queryset.filter(pk=foreign.pk).exists(), name


@every_page
def test_autocomplete_finds_nothing_foreign(page: Any, acme: Tenant, olaf: Client) -> None:
    for field in page.model._meta.concrete_fields:
        related = field.remote_field.model if field.is_relation else None
        if related is None or related not in admin.site._registry or not issubclass(related, TenantOwned):
            continue
        a_row(related, tenant=acme, mark=MARK)
        asked = {"app_label": page.model._meta.app_label, "model_name": page.model._meta.model_name, "field_name": field.name}
        for term in ("", MARK):
            response = olaf.get(reverse("admin:autocomplete"), {**asked, "term": term})
            assert response.status_code in {200, 403, 404}
            assert MARK not in response.content.decode()
            if response.status_code == 200:
                assert json.loads(response.content)["results"] == []


@pytest.mark.parametrize(
    "page", [page for page in admin.site._registry.values() if not isinstance(page, TenantAdmin)], ids=lambda page: page.model._meta.label
)
def test_rows_that_belong_to_no_tenant_are_for_support_only(page: Any, olaf: Client) -> None:
    status = olaf.get(_list_address(page)).status_code
    assert status == (200 if page.model is Tenant else 403)


def test_an_owner_sees_their_own_tenant_only(acme: Tenant, olaf: Client) -> None:
    foreign = olaf.get(reverse("admin:tenants_tenant_change", args=[acme.pk]))
    missing = olaf.get(reverse("admin:tenants_tenant_change", args=[MISSING]))
    assert foreign.status_code == missing.status_code == 404
    assert _without_token(foreign) == _without_token(missing)
    assert "Acme" not in olaf.get(reverse("admin:tenants_tenant_changelist")).content.decode()


@pytest.mark.parametrize("page", list(admin.site._registry.values()), ids=lambda page: page.model._meta.label)
def test_strangers_are_sent_to_the_sign_in(page: Any) -> None:
    stranger = Client()
    for address in (_list_address(page), f"{_list_address(page)}1/change/", f"{_list_address(page)}1/history/"):
        response = stranger.get(address)
        assert response.status_code == 302, address
        assert response["Location"].startswith(reverse("admin:login")), address
