"""Who changed which mapping, from what to what: read-only."""

from __future__ import annotations

from django.contrib import admin

from mappings.models import MappingChange
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin


@admin.register(MappingChange)
class MappingChangeAdmin(TenantAdmin):
    acts = READ_ONLY
    list_display = ["at", "kind", "source_label", "what_changed", "by", "how", "integration"]
    list_filter = ["kind", "integration", "at"]
    list_select_related = ["integration"]
    search_fields = ["source_label", "by"]
    ordering = ["-pk"]
    fields = ["at", "integration", "kind", "source_label", "what_changed", "by", "how", "replayed_at", "before", "after"]

    @admin.display(description="change")
    def what_changed(self, change: MappingChange) -> str:
        return change.words
