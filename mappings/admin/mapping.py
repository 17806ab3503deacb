"""One screen for each kind of mapping: the list is the editable grid, the single row a plain form that needs no script."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from mappings.admin.grid import GridPages
from mappings.admin.row_form import form_for
from mappings.admin.workbook import WorkbookPages
from mappings.assign import assign
from mappings.kinds import COST_CODE, COST_TYPE, PROJECT, VENDOR, MappingKind, kind_of
from mappings.models import CostCodeMapping, CostTypeMapping, Mapping, ProjectMapping, VendorMapping
from onecore.adminkit.tenant_admin import TenantAdmin


class MappingAdmin(WorkbookPages, GridPages, TenantAdmin):
    """`kind` says what is mapped. Rows are made from the source's lists, never by hand, and never deleted: they are cleared."""

    acts = {"add": "nobody", "change": "map", "delete": "nobody"}
    kind: MappingKind

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None or not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        return form_for(obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self._shown(), *(target.name for target in self.kind.targets), "set_by", "how", "set_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self._shown(), "set_by", "how", "set_at"]

    def _shown(self) -> list[str]:
        return ["integration", "source", "cost_type"] if self.kind is COST_CODE else ["integration", "source"]

    def save_model(self, request: HttpRequest, obj: Mapping, form: Any, change: bool) -> None:
        """The one door for changes; what it refuses was refused by the form already."""
        stored = type(obj).everywhere.select_related("integration", "source").get(pk=obj.pk)
        targets = {target.name: form.cleaned_data[target.name] for target in kind_of(obj).targets}
        assign(stored, by=request.user.get_username(), how="form", **targets)


@admin.register(CostCodeMapping)
class CostCodeMappingAdmin(MappingAdmin):
    kind = COST_CODE


@admin.register(CostTypeMapping)
class CostTypeMappingAdmin(MappingAdmin):
    kind = COST_TYPE


@admin.register(VendorMapping)
class VendorMappingAdmin(MappingAdmin):
    kind = VENDOR


@admin.register(ProjectMapping)
class ProjectMappingAdmin(MappingAdmin):
    kind = PROJECT
