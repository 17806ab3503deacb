"""Holds: the work to do. Open ones first, each with its sentence, its money and the button that leads to the fix."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from connectors.sync.admin.acting import ACTS, perform
from connectors.sync.admin.filters import IntegrationOfDocument, ReasonFilter, StandingFilter
from connectors.sync.admin.hold_panel import fix_button, reason_of
from connectors.sync.admin.waiting import waiting_by_reason
from connectors.sync.follow import WAITS
from connectors.sync.models import Document, Hold
from onecore.adminkit.columns import age, badge, money, page_link
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin
from onecore.lib.scope import current_tenant_id
from onecore.lib.text import isolated


@admin.register(Hold)
class HoldAdmin(TenantAdmin):
    """Read-only rows; people act on the documents behind them."""

    acts = READ_ONLY
    list_display = ("why", "document_link", "waiting", "held_for", "who", "fix_here")
    list_display_links = None
    list_filter = (StandingFilter, ReasonFilter, IntegrationOfDocument)
    list_filter_submit = True
    list_select_related = ("document__flow__integration",)
    search_fields = ("document__title", "document__number", "sentence")
    search_help_text = "Document, number or words of the sentence"
    # What a person can fix comes first, most money on top; those that only wait for it follow by themselves.
    ordering = (Case(When(reason=WAITS, then=1), default=0), "-amount", "-pk")
    actions = ("retry_chosen", "release_chosen", "skip_chosen")
    list_before_template = "sync/holds_before.html"
    readonly_fields = ("why", "document_link", "waiting", "held_for", "who", "fix_here", "ended")
    fields = readonly_fields
    waiting = money("amount", title="waiting")
    held_for = age("opened_at", title="held")

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["sync/screens.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        return super().get_queryset(request).defer("document__record")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        shown = {"waiting_reasons": waiting_by_reason(current_tenant_id())} if self.has_view_permission(request) else {}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    @admin.display(description="why", ordering="reason")
    def why(self, hold: Hold) -> SafeString:
        done = format_html('<p class="oc-quiet">{}</p>', hold.resolution) if hold.resolved_at else ""
        tone = "quiet" if hold.resolved_at else "warn"
        return format_html(
            '<div class="oc-why">{}<p>{}</p><p class="oc-quiet">{}</p>{}</div>',
            badge(reason_of(hold).title, tone),
            isolated(hold.sentence),
            isolated(hold.fix),
            done,
        )

    @admin.display(description="document", ordering="document__title")
    def document_link(self, hold: Hold) -> SafeString:
        return format_html('{}<small class="oc-under">{}</small>', page_link(hold.document, hold.document.title), hold.document.flow.integration.name)

    @admin.display(description="who can fix it")
    def who(self, hold: Hold) -> str:
        return reason_of(hold).who.capitalize()

    @admin.display(description="fix")
    def fix_here(self, hold: Hold) -> SafeString | str:
        if hold.resolved_at:
            return badge("Resolved", "good")
        return fix_button(hold, css="oc-button oc-small") or page_link(hold.document, "Open the document")

    @admin.display(description="ended")
    def ended(self, hold: Hold) -> str:
        return f"{hold.resolution} ({hold.resolved_at:%Y-%m-%d %H:%M} UTC)" if hold.resolved_at else "still open"

    @admin.action(description="Retry", permissions=["release"])
    def retry_chosen(self, request: HttpRequest, queryset: QuerySet[Hold]) -> HttpResponse:
        return perform(request, _documents(queryset), ACTS["retry"])

    @admin.action(description="Release", permissions=["release"])
    def release_chosen(self, request: HttpRequest, queryset: QuerySet[Hold]) -> HttpResponse:
        return perform(request, _documents(queryset), ACTS["release"])

    @admin.action(description="Skip with a reason", permissions=["release"])
    def skip_chosen(self, request: HttpRequest, queryset: QuerySet[Hold]) -> HttpResponse:
        return perform(request, _documents(queryset), ACTS["skip"])


def _documents(holds: QuerySet[Hold]) -> QuerySet[Document]:
    """The documents behind open holds; a resolved one asks for nothing."""
    ids = holds.order_by().filter(resolved_at__isnull=True).values("document_id")
    return Document.everywhere.filter(tenant_id=current_tenant_id(), pk__in=ids)
