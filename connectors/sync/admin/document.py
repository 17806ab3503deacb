"""Documents: the list people search, and the page that proves one of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.views import ChangeList

from connectors.sync.admin import addresses, tones
from connectors.sync.admin.acting import ACTS, perform
from connectors.sync.admin.document_page import document_page
from connectors.sync.admin.filters import IntegrationFilter, ProjectFilter
from connectors.sync.models import Document
from mappings.models import Reference
from onecore.adminkit.columns import NOTHING, age, money, state
from onecore.adminkit.tenant_admin import NOT_HERE, READ_ONLY, TenantAdmin
from onecore.lib.clock import utcnow
from onecore.lib.text import isolated


class DocumentList(ChangeList):
    """Names the projects of the rows on the page in one query; the records themselves are not read."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: list[Document] = list(self.result_list)
        pairs = {(row.flow.integration.source_id, row.project_ref) for row in self.result_list}
        known = Reference.everywhere.filter(
            kind="project", connection__in={source for source, _ in pairs}, remote_id__in={project for _, project in pairs}
        )
        names: dict[tuple[int, str], str] = {
            (source, remote_id): name for source, remote_id, name in known.values_list("connection_id", "remote_id", "name")
        }
        for row in self.result_list:
            name = names.get((row.flow.integration.source_id, row.project_ref), row.project_ref)
            row.project_name = name  # type: ignore[attr-defined]


@admin.register(Document)
class DocumentAdmin(TenantAdmin):
    """Read-only to everybody: documents are what the source says. People act on them through the buttons."""

    acts = READ_ONLY
    list_display = ("title", "number", "project", "flow_name", "payable", "posted", "state_badge", "in_ledger", "approved")
    list_display_links = ("title",)
    list_filter = (("state", ChoicesDropdownFilter), IntegrationFilter, ProjectFilter)
    list_filter_submit = True
    list_select_related = ("flow__integration",)
    search_fields = ("title", "number", "=source_id", "ledger_number")
    search_help_text = "Title, number, source id or number in the ledger"
    ordering = ("-pk",)
    actions = ("retry_chosen", "release_chosen", "skip_chosen")
    payable = money("amount", title="amount")
    posted = money("posted_amount", title="posted")
    state_badge = state("state", tones.DOCUMENT, title="state")
    approved = age("payable_since", title="approved")

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["sync/screens.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).defer("record")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DocumentList

    @admin.display(description="project", ordering="project_ref")
    def project(self, document: Document) -> str:
        return isolated(getattr(document, "project_name", document.project_ref)) or NOTHING

    @admin.display(description="integration", ordering="flow__integration__name")
    def flow_name(self, document: Document) -> SafeString:
        return format_html('{}<small class="oc-under">{}</small>', document.flow.integration.name, document.flow)

    @admin.display(description="in the ledger", ordering="ledger_number")
    def in_ledger(self, document: Document) -> SafeString | str:
        words = document.ledger_number or document.ledger_ref
        return addresses.link(document.ledger_url, words) if words else NOTHING

    @admin.action(description="Retry", permissions=["release"])
    def retry_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> HttpResponse:
        return perform(request, queryset, ACTS["retry"])

    @admin.action(description="Release", permissions=["release"])
    def release_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> HttpResponse:
        return perform(request, queryset, ACTS["release"])

    @admin.action(description="Skip with a reason", permissions=["release"])
    def skip_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> HttpResponse:
        return perform(request, queryset, ACTS["skip"])

    # --- one document -------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        own = [path(f"<path:object_id>/{key}/", self.admin_site.admin_view(self.act_view), {"act": key}, name=f"sync_document_{key}") for key in ACTS]
        return [self._guarded(pattern) for pattern in own] + super().get_urls()

    def act_view(self, request: HttpRequest, object_id: str, act: str) -> HttpResponse:
        """Ask, then retry, release, skip or link this one document."""
        if not self.has_release_permission(request):
            raise PermissionDenied("Your role may look at documents but not act on them.")
        rows = self.get_queryset(request).filter(pk=unquote(object_id))
        return perform(request, rows, ACTS[act], back=reverse("admin:sync_document_change", args=[object_id]))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The document's page instead of a form."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied("Your role does not see documents.")
        rows = super().get_queryset(request).select_related("flow__integration__source", "flow__integration__ledger")
        document = rows.filter(pk=unquote(object_id)).first()
        if document is None:
            raise Http404(NOT_HERE)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": document,
            "title": document.title,
            "media": self.media,
            "page": document_page(document, may_act=self.has_release_permission(request), now=utcnow()),
        }
        return TemplateResponse(request, "sync/document.html", context)
