"""Admin pages of tenants, people and accounts. The rules about people live in `people`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from onecore.adminkit import columns
from onecore.adminkit.tenant_admin import OwnPagesOnly, TenantAdmin
from onecore.lib.scope import current_tenant_id, has_tenant
from onecore.tenants.forms import AddPerson, RoleForm
from onecore.tenants.invite import invite
from onecore.tenants.models import Membership, Tenant
from onecore.tenants.people import Refused, add_person, change_role, remove_person, why_untouchable
from onecore.tenants.roles import Role

_ROLE_TONES: dict[str, str] = {Role.OWNER: "warn", Role.FINANCE: "info", Role.APPROVER: "info", Role.ONBOARDING: "good"}


@admin.register(Tenant)
class TenantPages(OwnPagesOnly):
    """Members see their own tenant, its administrators set its words and zone; only support makes new ones. Nobody deletes one."""

    list_display = ("name", "slug", "words", "time_zone", "environment")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "time_zone", "words", "environment")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(pk=current_tenant_id()) if has_tenant() else rows.none()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if request.user.is_superuser else ("slug", "environment")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("onecore.view")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("onecore.administer")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Membership)
class PeoplePages(TenantAdmin):
    """The people of the current tenant."""

    list_display = ("person", "email", "role_badge", "last_seen")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "user__first_name", "user__last_name")
    role_badge = columns.state("role", _ROLE_TONES, title="role")
    last_seen = columns.age("user__last_login", title="last sign-in")

    @admin.display(ordering="user__username")
    def person(self, membership: Membership) -> str:
        return membership.user.get_full_name() or membership.user.get_username()

    @admin.display(ordering="user__email")
    def email(self, membership: Membership) -> str:
        return membership.user.email or columns.NOTHING

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("person", "email", "role") if obj else AddPerson.field_order

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("person", "email") if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        base = RoleForm if obj else AddPerson
        if obj and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change=change, **kwargs)
        return type(base.__name__, (base,), {"by": request.user})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _untouchable(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _untouchable(request, obj)

    def get_actions(self, request: HttpRequest) -> Any:
        """People are removed one by one: each removal is asked of the rules, and told."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        data = form.cleaned_data
        with _refusals_as_403():
            if change:
                change_role(obj, role=data["role"], by=request.user)
                return
            names = {"first_name": data["first_name"], "last_name": data["last_name"]}
            made = add_person(tenant_id=current_tenant_id(), email=data["email"], role=data["role"], by=request.user, **names)
        obj.pk, obj.user, obj.tenant_id = made.pk, made.user, made.tenant_id
        if not made.user.has_usable_password() and not invite(request, made.user.email):
            messages.warning(request, f"No mail could be sent to {made.user.email}. They can ask for a password at the sign-in page.")

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        with _refusals_as_403():
            remove_person(obj, by=request.user)


@contextmanager
def _refusals_as_403() -> Iterator[None]:
    """The form asked already; only a change by somebody else in between comes to this."""
    try:
        yield
    except Refused as refusal:
        raise PermissionDenied(str(refusal)) from None


def _untouchable(request: HttpRequest, obj: Any) -> bool:
    """The theme hands some checks an id instead of a row; those are asked again with the row before anything is written."""
    return isinstance(obj, Membership) and bool(why_untouchable(obj, by=request.user))


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class AccountPages(UserAdmin, ModelAdmin):
    """Accounts across tenants: platform support only. Rights come from memberships, so there are no groups to set."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Standing", {"fields": ("is_active", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
