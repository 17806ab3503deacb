"""The trail on screen: read-only to everybody, superusers included."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from audit.filters import DayFilter, EventFilter, IntegrationFilter, words_of
from audit.models import Entry, PortalEntry
from audit.pretty import pretty
from audit.trail import tone_of
from audit.verify import entry_holds
from onecore.adminkit.columns import NOTHING, badge
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin


@admin.register(Entry)
class EntryPages(TenantAdmin):
    """What happened, newest first."""

    acts = READ_ONLY
    actions = None
    list_display = ("number", "moment", "kind", "sentence", "actor")
    list_display_links = ("number", "sentence")
    list_filter: tuple[Any, ...] = (EventFilter, ("at", DayFilter), IntegrationFilter)
    list_filter_submit = True
    search_fields = ("subject", "subject_id", "actor", "sentence")
    search_help_text = "Document, bill, person or words of the sentence"
    ordering = ("-sequence",)
    sortable_by = ("number",)
    readonly_fields = ("moment", "kind", "proof", "document", "facts", "request_sent", "answer_received")
    fieldsets = (
        (None, {"fields": ("sentence", "moment", "kind", "actor", "subject", "document", "facts")}),
        ("Request and answer, secrets masked", {"fields": ("request_sent", "answer_received")}),
        ("Proof", {"fields": ("proof", "sequence", "key_id", "previous_mac", "mac")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A list shows sentences only: what was sent and answered may be megabytes a page."""
        return _without_bulk(super().get_queryset(request), request)

    @admin.display(description="#", ordering="sequence")
    def number(self, entry: Entry) -> int:
        return entry.sequence

    @admin.display(description="when (UTC)")
    def moment(self, entry: Entry) -> str:
        return format_html('<time datetime="{}">{}</time>', entry.at.isoformat(), f"{entry.at:%Y-%m-%d %H:%M:%S}")

    @admin.display(description="event")
    def kind(self, entry: Entry) -> str:
        return badge(words_of(entry.event), tone_of(entry.event))

    @admin.display(description="proof")
    def proof(self, entry: Entry) -> str:
        if entry_holds(entry):
            return format_html("{} The mac agrees with everything this page says.", badge("Unaltered", "good"))
        return format_html("{} The mac does not agree. Run <code>manage.py verify_audit</code> and keep its answer.", badge("Altered", "bad"))

    @admin.display(description="document")
    def document(self, entry: Entry) -> str:
        if entry.document_id is None:
            return NOTHING
        mine = f"{reverse('admin:audit_entry_changelist')}?document_id={entry.document_id}"
        try:
            page = reverse("admin:sync_document_change", args=[entry.document_id])
        except NoReverseMatch:
            page = mine
        return format_html('<a class="oc-link" href="{}">Open it</a> · <a class="oc-link" href="{}">everything that happened to it</a>', page, mine)

    @admin.display(description="facts")
    def facts(self, entry: Entry) -> str:
        return _block(json.dumps(entry.data, indent=2, ensure_ascii=False) if entry.data else "")

    @admin.display(description="request sent")
    def request_sent(self, entry: Entry) -> str:
        return _block(pretty(entry.request))

    @admin.display(description="answer received")
    def answer_received(self, entry: Entry) -> str:
        return _block(pretty(entry.response))


@admin.register(PortalEntry)
class PortalEntryPages(EntryPages):
    """The portal's own chain: strangers at the door, verifications. For platform support only."""

    list_filter = (EventFilter, ("at", DayFilter))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = PortalEntry.everywhere.filter(tenant=None).order_by("-sequence")
        return _without_bulk(rows, request) if request.user.is_superuser else rows.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


def _without_bulk(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    page = request.resolver_match.url_name if request.resolver_match else ""
    return rows.defer("data", "request", "response") if (page or "").endswith("_changelist") else rows


def _block(text: str) -> str:
    return format_html('<pre class="oc-secret" style="white-space: pre-wrap; max-height: 32rem; overflow: auto">{}</pre>', text) if text else NOTHING
