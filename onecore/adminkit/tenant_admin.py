"""The base of every admin page that shows a tenant's rows: scoped lists, forms, choices, history, actions.

A row of another tenant answers exactly as a row that does not exist: 404.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.urls.resolvers import RegexPattern
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from onecore.lib.scope import TenantOwned, current_tenant_id, has_tenant

NOT_HERE = "There is no such page here."
NOBODY = "nobody"
READ_ONLY = {"add": NOBODY, "change": NOBODY, "delete": NOBODY}
"""For `acts`: nobody may, superusers included."""


class _ByAct:
    """Permissions by act: what a page's `acts` table asks for, the person's role in the current tenant must carry."""

    acts: ClassVar[dict[str, str]] = {}
    default_acts: ClassVar[dict[str, str]] = {"view": "view", "add": "administer", "change": "administer", "delete": "administer"}

    def allows(self, request: HttpRequest, verb: str) -> bool:
        """True if the person may do `verb`: a key of `acts`, or an act itself."""
        act = {**self.default_acts, **self.acts}.get(verb, verb)
        return act != NOBODY and has_tenant() and request.user.has_perm(f"onecore.{act}")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "view")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "add")

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        _scope_choices(db_field, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        _scope_choices(db_field, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class OwnPagesOnly(ModelAdmin):
    """Every address that names an object first makes sure the page may show it: else 404, as for nothing."""

    def get_urls(self) -> list[URLPattern]:
        """Guard what the theme, history and other mixins add as well as what Django does."""
        return [self._guarded(pattern) for pattern in super().get_urls()]

    def _guarded(self, pattern: URLPattern) -> URLPattern:
        if "object_id" in pattern.pattern.converters or (isinstance(pattern.pattern, RegexPattern) and pattern.pattern.regex.groups):
            pattern.callback = self._only_own(pattern.callback)
        return pattern

    def _only_own(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            object_id = kwargs["object_id"] if "object_id" in kwargs else args[0]
            if self.admin_site.has_permission(request) and not self._is_here(request, object_id):
                raise Http404(NOT_HERE)
            return view(request, *args, **kwargs)

        return guarded

    def _is_here(self, request: HttpRequest, object_id: str) -> bool:
        return self.get_object(request, unquote(object_id)) is not None

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Django would redirect home with a message; a plain 404 says less and is the same for every reason."""
        raise Http404(NOT_HERE)


class TenantAdmin(_ByAct, OwnPagesOnly):
    """Admin of a TenantOwned model. Override `acts` to ask for other acts: {"change": "map"}.

    Actions name an act as their permission: `@admin.action(permissions=["release"])`.
    A page for which nobody may add, change or delete sets `acts = READ_ONLY`.
    """

    list_per_page = 50
    show_full_result_count = False
    view_on_site = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "view")

    def has_map_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "map")

    def has_release_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "release")

    def has_administer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "administer")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A list is titled by what it lists, not by what Django would have one do with it."""
        title = str(self.model._meta.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of the current tenant; nothing without one."""
        if not has_tenant():
            return self.model.everywhere.none()  # type: ignore[attr-defined, no-any-return]
        rows = self.model.everywhere.filter(tenant_id=current_tenant_id())  # type: ignore[attr-defined]
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows  # type: ignore[no-any-return]


class TenantTabularInline(_ByAct, TabularInline):
    """Rows of a TenantOwned model inside another's page, as a table."""

    extra = 0


class TenantStackedInline(_ByAct, StackedInline):
    """Rows of a TenantOwned model inside another's page, one below the other."""

    extra = 0


def _scope_choices(db_field: Any, kwargs: dict[str, Any]) -> None:
    """Narrow what a form offers and accepts to the current tenant: its own rows, and its own people."""
    related: type[Model] = db_field.remote_field.model
    rows = kwargs.get("queryset")
    if issubclass(related, TenantOwned):
        rows = related.everywhere.all() if rows is None else rows
        kwargs["queryset"] = rows.filter(tenant_id=current_tenant_id()) if has_tenant() else rows.none()
    elif related is get_user_model():
        rows = related._default_manager.all() if rows is None else rows
        kwargs["queryset"] = rows.filter(memberships__tenant_id=current_tenant_id()) if has_tenant() else rows.none()
