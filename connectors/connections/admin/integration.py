"""The page of an integration: what it joins, and its policy as one page of sentences."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from audit.actor import actor_of
from connectors import catalog
from connectors.connections.decide import choices_of, facts_of, integration_changed, policy_changed
from connectors.connections.models import Integration, Policy
from connectors.port.connector import Role
from mappings.models import Reference
from onecore.adminkit.columns import link
from onecore.adminkit.tenant_admin import NOBODY, TenantAdmin, TenantStackedInline


class PolicyInline(TenantStackedInline):
    """Every choice with what it does. There is exactly one policy to an integration."""

    model = Policy
    can_delete = False
    max_num = 1
    acts: ClassVar[dict[str, str]] = {"add": NOBODY, "delete": NOBODY}
    radio_fields: ClassVar[dict[str, Any]] = {
        field.name: admin.VERTICAL for field in Policy._meta.get_fields() if getattr(field, "choices", None) and field.name != "integration"
    }
    fieldsets = (
        ("Into the ledger", {"fields": ("arrive_as", "approval_gate", "gate_amount", "number", "number_prefix", "lines", "batch_size")}),
        ("Dates", {"fields": ("bill_date", "due_date", "due_days", "gl_date", "closed_period")}),
        ("Retainage", {"fields": ("retainage", "retainage_account")}),
        ("Vendors and coding", {"fields": ("default_account", "default_location", "default_department")}),
        ("Later changes", {"fields": ("amend", "source_deletion")}),
    )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Accounts of this integration's ledger that can be booked on; nothing else."""
        if db_field.name in {"retainage_account", "default_account"}:
            match = request.resolver_match
            ledger = Integration.everywhere.filter(pk=match.kwargs.get("object_id") if match else None).values("ledger_id")
            kwargs["queryset"] = Reference.everywhere.filter(connection__in=ledger, kind="account", active=True, selectable=True).order_by("code")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Integration)
class IntegrationAdmin(TenantAdmin):
    """Integrations of the tenant."""

    acts: ClassVar[dict[str, str]] = {"delete": NOBODY}
    list_display = ("name", "from_source", "to_ledger", "start_date", "active", "live")
    list_filter = ("active", "live")
    list_select_related = ("source", "ledger")
    search_fields = ("name", "slug")
    prepopulated_fields: ClassVar[dict[str, Any]] = {"slug": ("name",)}
    fields = ("name", "slug", "source", "ledger", "start_date", "active", "live")
    inlines: ClassVar[list[Any]] = [PolicyInline]
    from_source = link("source", title="from")
    to_ledger = link("ledger", title="to")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """A new one starts with the default policy; it can be changed once there is a ledger to choose accounts from."""
        return [PolicyInline] if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What it joins stays: documents already went that way."""
        return ("slug", "source", "ledger") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name in {"source", "ledger"}:
            role = Role.SOURCE if db_field.name == "source" else Role.LEDGER
            field.queryset = field.queryset.filter(system__in=[one.key for one in catalog.all_connectors() if one.role is role])
        return field

    def save_model(self, request: HttpRequest, obj: Integration, form: Any, change: bool) -> None:
        before = facts_of(Integration.everywhere.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)
        integration_changed(obj, before=before, actor=actor_of(request.user))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        before = {policy.pk: choices_of(policy) for policy in Policy.everywhere.filter(integration=form.instance)}
        super().save_formset(request, form, formset, change)
        for policy in Policy.everywhere.filter(integration=form.instance).select_related("integration"):
            if policy.pk in before:
                policy_changed(policy, before=before[policy.pk], actor=actor_of(request.user))
