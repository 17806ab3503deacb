"""Runs: what the engine read and when, with live progress while one is under way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from connectors.sync.admin import tones
from connectors.sync.admin.filters import IntegrationFilter
from connectors.sync.models import Flow, Run
from onecore.adminkit.columns import NOTHING, age, link
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin
from onecore.lib.clock import utcnow
from onecore.lib.scope import current_tenant_id

ASKED_AT_MOST = 50
EXPECTED_FOR = timedelta(minutes=2)
"""A flow that has been due for longer is not about to start: nobody works, and the page need not keep asking."""


@admin.register(Run)
class RunAdmin(TenantAdmin):
    """Read-only. A small script asks for the counts of open runs every two seconds and stops when they are done."""

    acts = READ_ONLY
    actions = None
    list_display = ("started", "of_flow", "state_now", "counts", "took", "trigger", "sentence_now")
    list_display_links = ("started",)
    list_filter = (("state", ChoicesDropdownFilter), IntegrationFilter)
    list_filter_submit = True
    list_select_related = ("flow__integration",)
    ordering = ("-pk",)
    list_before_template = "sync/runs_before.html"
    fields = ("of_flow", "trigger", "state_now", "counts", "total", "took", "started_at", "finished_at", "sentence")
    readonly_fields = fields
    started = age("started_at", title="started")
    flow_page = link("flow", title="flow")

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["sync/screens.css"]}
        js = ("sync/runs.js",)

    def get_urls(self) -> list[URLPattern]:
        return [path("progress/", self.admin_site.admin_view(self.progress_view), name="sync_run_progress"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).select_related("flow__integration")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        shown = {}
        if self.has_view_permission(request):
            shown = {"progress_url": reverse("admin:sync_run_progress"), "flows_url": reverse("admin:sync_flow_changelist"), **_now()}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    def progress_view(self, request: HttpRequest) -> HttpResponse:
        """How the runs with these ids stand, and whether a newer one has begun."""
        if not self.has_view_permission(request):
            raise PermissionDenied("Your role does not see runs.")
        ids = [int(text) for text in request.GET.get("ids", "").split(",") if text.isascii() and text.isdigit() and len(text) < 19][:ASKED_AT_MOST]
        rows = self.get_queryset(request).filter(pk__in=ids)
        return JsonResponse({"runs": [_as_data(run) for run in rows], **_now()})

    @admin.display(description="flow", ordering="flow__integration__name")
    def of_flow(self, run: Run) -> SafeString:
        return format_html('{}<small class="oc-under">{}</small>', run.flow.integration.name, run.flow)

    @admin.display(description="state", ordering="state")
    def state_now(self, run: Run) -> SafeString:
        words = '<span class="oc-badge oc-{}" data-run="{}" data-state="{}">{}</span>'
        return format_html(words, tones.RUN.get(run.state, "quiet"), run.pk, run.state, run.get_state_display())

    @admin.display(description="seen · new · changed · held")
    def counts(self, run: Run) -> SafeString:
        return format_html('<span class="oc-counts" data-counts="{}">{}</span>', run.pk, _counts(run))

    @admin.display(description="took")
    def took(self, run: Run) -> SafeString:
        return format_html('<span data-took="{}">{}</span>', run.pk, _took(run))

    @admin.display(description="how it ended")
    def sentence_now(self, run: Run) -> SafeString:
        return format_html('<span class="oc-said" data-sentence="{}">{}</span>', run.pk, run.sentence or NOTHING)


def _as_data(run: Run) -> dict[str, Any]:
    return {
        "id": run.pk,
        "state": run.state,
        "words": run.get_state_display(),
        "tone": tones.RUN.get(run.state, "quiet"),
        "counts": _counts(run),
        "took": _took(run),
        "sentence": run.sentence or NOTHING,
    }


def _counts(run: Run) -> str:
    of = f" of {run.total:,}" if run.total else ""
    return f"{run.seen:,}{of} · {run.new:,} · {run.changed:,} · {run.held:,}"


def _took(run: Run) -> str:
    seconds = int(((run.finished_at or run.beat_at) - run.started_at).total_seconds())
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


def _now() -> dict[str, Any]:
    """The newest run of the tenant, and whether one is open or about to start."""
    now, tenant_id = utcnow(), current_tenant_id()
    runs = Run.everywhere.filter(tenant_id=tenant_id, flow=OuterRef("pk"))
    flows = Flow.everywhere.filter(tenant_id=tenant_id).annotate(
        newest=Subquery(runs.order_by("-pk").values("pk")[:1]), running=Exists(runs.filter(state=Run.State.RUNNING))
    )
    rows = list(flows.values("newest", "running", "next_at", on=F("enabled"), active=F("integration__active")))
    due = any(row["on"] and row["active"] and row["next_at"] and now - EXPECTED_FOR <= row["next_at"] <= now for row in rows)
    return {"newest": max((row["newest"] or 0 for row in rows), default=0), "busy": due or any(row["running"] for row in rows)}
