"""The mirrored lists, to look at: they are read from the systems, never edited here."""

from __future__ import annotations

from django.contrib import admin

from mappings.models import Reference
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin


@admin.register(Reference)
class ReferenceAdmin(TenantAdmin):
    acts = READ_ONLY
    list_display = ["code", "name", "kind", "connection", "parent", "active", "selectable", "why_not"]
    list_display_links = ["code", "name"]
    list_filter = ["kind", "connection", "active", "selectable"]
    list_select_related = ["connection"]
    search_fields = ["search_text", "remote_id"]
    ordering = ["kind", "code", "pk"]
    fields = ["connection", "kind", "remote_id", "parent", "code", "name", "active", "selectable", "why_not", "attributes", "seen_at", "vanished_at"]
