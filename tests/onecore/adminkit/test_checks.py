"""The start refuses an admin page of tenant rows that is not scoped."""

from __future__ import annotations

import pytest
from django.contrib import admin
from unfold.admin import ModelAdmin

from onecore.adminkit.checks import tenant_pages_are_scoped
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Membership
from tests.factories.people import a_tenant, platform_support


def test_the_pages_of_this_project_are_scoped() -> None:
    assert tenant_pages_are_scoped() == []


def test_an_unscoped_page_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(admin.site._registry, Membership, ModelAdmin(Membership, admin.site))
    (error,) = tenant_pages_are_scoped()
    assert error.id == "adminkit.E001"
    assert "tenants.Membership" in error.msg


@pytest.mark.django_db
def test_a_read_only_page_is_read_only_to_support_too(rf: object) -> None:
    class Page(TenantAdmin):
        acts = READ_ONLY

    page, request = Page(Membership, admin.site), rf.get("/")  # type: ignore[attr-defined]
    request.user = platform_support()
    with tenant_scope(a_tenant("Acme")):
        assert page.has_view_permission(request)
        assert not any([page.has_add_permission(request), page.has_change_permission(request), page.has_delete_permission(request)])
