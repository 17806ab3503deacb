"""Flows: switched on, paused, scheduled, and started now. Every switch goes through connectors.sync.acts and is audited."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from audit.actor import actor_of
from audit.events import INTEGRATION_CHANGED
from audit.record import record
from connectors.sync.acts import switch, sync_now
from connectors.sync.admin.filters import OwnIntegration
from connectors.sync.flows import FLOWS
from connectors.sync.models import Flow
from onecore.adminkit.actions import confirm_then
from onecore.adminkit.columns import age, badge, link
from onecore.adminkit.tenant_admin import NOBODY, TenantAdmin
from onecore.lib.clock import utcnow

DAY_MINUTES = 24 * 60
SWITCHES: dict[str, tuple[dict[str, bool], str, str]] = {
    "switch-on": ({"enabled": True}, "Switch this flow on?", "The source is read on schedule, and what is complete is posted to the ledger."),
    "switch-off": ({"enabled": False}, "Switch this flow off?", "Nothing more is read or posted. What is held or on its way stays where it is."),
    "pause": ({"paused": True}, "Pause posting?", "Documents are still read and prepared; nothing is sent to the ledger until it is resumed."),
    "resume": ({"paused": False}, "Resume posting?", "Everything that is prepared goes to the ledger now."),
}
_DONE = {"switch-on": "Switched on.", "switch-off": "Switched off.", "pause": "Paused: nothing is posted.", "resume": "Resumed."}


class FlowForm(forms.ModelForm):
    """Which flow of which integration, and how often. On, off and paused are acts, not fields."""

    class Meta:
        model = Flow
        fields = ("key", "every_minutes")  # the page adds the integration, narrowed to the tenant
        labels = {"every_minutes": "Minutes between runs"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            choices = [(key, spec.label) for key, spec in FLOWS.items()]
            self.fields["key"] = forms.ChoiceField(label="Flow", choices=choices, widget=UnfoldAdminSelectWidget())
        if "every_minutes" in self.fields:
            bounds = [MinValueValidator(1), MaxValueValidator(DAY_MINUTES, "At least once a day.")]
            self.fields["every_minutes"].validators.extend(bounds)


@admin.register(Flow)
class FlowAdmin(TenantAdmin):
    """Deleting a flow would delete its documents: nobody may. It is switched off."""

    acts = {"delete": NOBODY}
    form = FlowForm
    list_display = ("name", "of_integration", "standing", "every_minutes", "read_up_to", "next_run")
    list_display_links = ("name",)
    list_filter = (OwnIntegration,)
    list_select_related = ("integration",)
    ordering = ("integration__name", "key")
    actions = ("sync_chosen", "pause_chosen", "resume_chosen")
    change_form_outer_before_template = "sync/flow_panel.html"
    of_integration = link("integration", title="integration")
    read_up_to = age("cursor", title="read up to")
    next_run = age("next_at", title="next run")

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["sync/screens.css"]}

    @admin.display(description="flow", ordering="key")
    def name(self, flow: Flow) -> str:
        return str(flow)

    @admin.display(description="state")
    def standing(self, flow: Flow) -> SafeString:
        return standing_of(flow)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("integration", "key", "every_minutes")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("of_integration", "name") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("integration", "key", "every_minutes")}),)
        return ((None, {"fields": ("of_integration", "name", "every_minutes")}),)

    def has_start_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who releases documents, and who administers, may start, pause and resume."""
        return self.has_release_permission(request) or self.has_administer_permission(request)

    def save_model(self, request: HttpRequest, obj: Flow, form: Any, change: bool) -> None:
        before = Flow.everywhere.filter(pk=obj.pk).values_list("every_minutes", flat=True).first() if change else None
        super().save_model(request, obj, form, change)
        if before != obj.every_minutes:
            facts = {"flow": str(obj), "every_minutes": {"before": before, "after": obj.every_minutes}}
            actor = actor_of(request.user)
            record(
                INTEGRATION_CHANGED, tenant_id=obj.tenant_id, subject=str(obj.integration), integration_id=obj.integration_id, actor=actor, data=facts
            )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        flow = kwargs.get("obj")
        if flow is not None:
            context["panel"] = self._panel(request, flow)
        return super().render_change_form(request, context, *args, **kwargs)

    def _panel(self, request: HttpRequest, flow: Flow) -> dict[str, Any]:
        def address(name: str) -> str:
            return reverse(f"admin:sync_flow_{name}", args=[flow.pk])

        may_start, may_switch = self.has_start_permission(request), self.has_administer_permission(request)
        return {
            "standing": standing_of(flow),
            "last": flow.runs(manager="everywhere").order_by("-pk").first(),
            "sync_now": address("sync-now") if may_start and flow.enabled else "",
            "pause": address("resume" if flow.paused else "pause") if may_start and flow.enabled else "",
            "pause_words": "Resume posting" if flow.paused else "Pause posting",
            "switch": address("switch-off" if flow.enabled else "switch-on") if may_switch else "",
            "switch_words": "Switch off" if flow.enabled else "Switch on",
            "documents": f"{reverse('admin:sync_document_changelist')}?integration={flow.integration_id}",
            "runs": f"{reverse('admin:sync_run_changelist')}?integration={flow.integration_id}",
        }

    # --- acts ---------------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        own = [path("<path:object_id>/sync-now/", self.admin_site.admin_view(self.sync_view), name="sync_flow_sync-now")]
        for name in SWITCHES:
            own.append(path(f"<path:object_id>/{name}/", self.admin_site.admin_view(self.switch_view), {"name": name}, name=f"sync_flow_{name}"))
        return [self._guarded(pattern) for pattern in own] + super().get_urls()

    def sync_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start now; the list of runs shows how it goes."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._demand(self.has_start_permission(request))
        _start(request, self.get_queryset(request).filter(pk=unquote(object_id)))
        return HttpResponseRedirect(reverse("admin:sync_run_changelist"))

    def switch_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        self._demand(self.has_start_permission(request) if name in {"pause", "resume"} else self.has_administer_permission(request))
        rows = self.get_queryset(request).filter(pk=unquote(object_id))
        return _ask_to_switch(request, rows, name, back=reverse("admin:sync_flow_change", args=[object_id]))

    def _demand(self, may: bool) -> None:
        if not may:
            raise PermissionDenied("Your role may look at flows but not start, pause or switch them.")

    @admin.action(description="Sync now", permissions=["start"])
    def sync_chosen(self, request: HttpRequest, queryset: QuerySet[Flow]) -> HttpResponse:
        _start(request, queryset)
        return HttpResponseRedirect(reverse("admin:sync_run_changelist"))

    @admin.action(description="Pause posting", permissions=["start"])
    def pause_chosen(self, request: HttpRequest, queryset: QuerySet[Flow]) -> HttpResponse:
        return _ask_to_switch(request, queryset, "pause")

    @admin.action(description="Resume posting", permissions=["start"])
    def resume_chosen(self, request: HttpRequest, queryset: QuerySet[Flow]) -> HttpResponse:
        return _ask_to_switch(request, queryset, "resume")


def standing_of(flow: Flow) -> SafeString:
    """On, paused or off."""
    if not flow.enabled:
        return badge("Off", "quiet")
    return badge("Paused: nothing is posted", "warn") if flow.paused else badge("On", "good")


def _start(request: HttpRequest, flows: QuerySet[Flow]) -> None:
    for flow in flows.select_related("integration__source", "integration__ledger"):
        name = f"{flow.integration}: {flow}"
        if stop := _why_not(flow):
            messages.error(request, f"{name} was not started: {stop}")
        elif sync_now(flow, by=actor_of(request.user), now=utcnow()):
            messages.success(request, f"{name} starts now.")
        else:
            messages.info(request, f"{name} is running already; it starts again as soon as that run is done.")


def _why_not(flow: Flow) -> str:
    """Why nothing would happen; "" if it can run."""
    if not flow.enabled:
        return "it is switched off."
    if not flow.integration.active:
        return f"the integration {flow.integration} is switched off."
    for connection in (flow.integration.source, flow.integration.ledger):
        if connection.status in {"sign_in", "paused"}:
            return f"the connection {connection} stands at “{connection.get_status_display()}”. Open it under Connections."
    return ""


def _ask_to_switch(request: HttpRequest, flows: QuerySet[Flow], name: str, *, back: str | None = None) -> HttpResponse:
    wanted, title, sentence = SWITCHES[name]

    def act(rows: QuerySet[Flow]) -> int:
        found = list(rows.select_related("integration"))
        for flow in found:
            switch(flow, by=actor_of(request.user), **wanted)
        return len(found)

    words = title.split()[0]
    return confirm_then(
        request, flows, act=act, done=_DONE[name], title=title, sentence=sentence, button=words, danger=name == "switch-off", back=back
    )
