"""Opening figures: entered, then signed. Until a person has signed them, the commitment's invoices are held."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from audit.actor import actor_of
from connectors.sync.acts import CannotAct
from connectors.sync.admin.agree import figures_of, sign, withdraw
from connectors.sync.admin.filters import OwnIntegration
from connectors.sync.models import Document, Hold, Opening
from onecore.adminkit.actions import confirm_then
from onecore.adminkit.columns import age, badge, link, money, money_text, page_link
from onecore.adminkit.tenant_admin import NOBODY, TenantAdmin
from onecore.lib.clock import utcnow
from onecore.lib.scope import current_tenant_id

PREFILLED = ("integration", "commitment_ref", "currency", "billed_to_date", "retained_to_date")
_ENTERED = ("integration", "commitment_ref", "commitment_number", "currency", "billed_to_date", "retained_to_date", "paid_to_date")


class OpeningForm(forms.ModelForm):
    """The figures. Who agreed them is not a field."""

    class Meta:
        model = Opening
        fields = _ENTERED[1:]  # the page adds the integration, narrowed to the tenant
        widgets = {"currency": UnfoldAdminTextInputWidget(attrs={"maxlength": 3, "autocapitalize": "characters"})}

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].strip().upper()
        if not re.fullmatch("[A-Z]{3}", currency):
            raise ValidationError("Give the three letters of the currency, such as USD.")
        return currency


@admin.register(Opening)
class OpeningAdmin(TenantAdmin):
    """Entered by who maps, signed by who releases. Signed figures cannot be changed; the signature can be withdrawn."""

    acts = {"add": "map", "change": "map", "delete": NOBODY}
    form = OpeningForm
    fields = _ENTERED
    list_display = ("commitment", "of_integration", "billed", "retained", "paid", "signed", "signed_since")
    list_display_links = ("commitment",)
    list_filter = (OwnIntegration,)
    list_select_related = ("integration",)
    search_fields = ("commitment_number", "=commitment_ref")
    search_help_text = "Number of the commitment"
    ordering = ("-pk",)
    actions = None
    change_form_outer_before_template = "sync/opening_panel.html"
    of_integration = link("integration", title="integration")
    billed = money("billed_to_date", title="billed to date")
    retained = money("retained_to_date", title="retained to date")
    paid = money("paid_to_date", title="paid to date")
    signed_since = age("agreed_at", title="since")

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["sync/screens.css"]}

    @admin.display(description="commitment", ordering="commitment_number")
    def commitment(self, opening: Opening) -> str:
        return str(opening)

    @admin.display(description="signed", ordering="agreed_by")
    def signed(self, opening: Opening) -> SafeString:
        return badge(f"Signed by {opening.agreed_by}", "good") if opening.agreed_at else badge("Not signed", "warn")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj is not None and obj.agreed_at)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("integration", "commitment_ref") if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the Hold's link says, and the commitment's number as people know it."""
        given = {name: request.GET[name] for name in PREFILLED if request.GET.get(name)}
        if given.get("commitment_ref"):
            rows = Document.everywhere.filter(tenant_id=current_tenant_id(), commitment_ref=given["commitment_ref"])
            record = rows.order_by("-pk").values_list("record", flat=True).first()
            given["commitment_number"] = str(record.get("commitment_number", "")) if isinstance(record, dict) else ""
        return given

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Figures of a commitment exist once: a link to enter them again leads to those there are."""
        existing = self._existing(request) if request.method == "GET" else None
        if existing is not None:
            billed, retained = request.GET.get("billed_to_date"), request.GET.get("retained_to_date")
            told = f"The source says {billed} billed and {retained} retained before the start date."
            messages.warning(request, f"Opening figures of {existing} are there already, but they differ. {told}")
            return HttpResponseRedirect(reverse("admin:sync_opening_change", args=[existing.pk]))
        return super().add_view(request, form_url, extra_context)

    def _existing(self, request: HttpRequest) -> Opening | None:
        integration = request.GET.get("integration", "")
        if not (integration.isascii() and integration.isdigit() and len(integration) < 19):
            return None
        rows = self.get_queryset(request).filter(integration=int(integration), commitment_ref=request.GET.get("commitment_ref", ""))
        found: Opening | None = rows.first()
        return found

    def response_add(self, request: HttpRequest, obj: Opening, post_url_continue: str | None = None) -> HttpResponse:
        """Straight on to the signature for who may give it."""
        if "_addanother" in request.POST or not self.has_release_permission(request):
            return super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(_sign_address(obj))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        opening = kwargs.get("obj")
        if opening is not None:
            may = self.has_release_permission(request)
            context["panel"] = {
                "signed": self.signed(opening),
                "sign": _sign_address(opening) if may and not opening.agreed_at else "",
                "withdraw": reverse("admin:sync_opening_withdraw", args=[opening.pk]) if may and opening.agreed_at else "",
                "waiting": _waiting(opening),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    # --- acts ---------------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<path:object_id>/sign/", self.admin_site.admin_view(self.sign_view), name="sync_opening_sign"),
            path("<path:object_id>/withdraw/", self.admin_site.admin_view(self.withdraw_view), name="sync_opening_withdraw"),
        ]
        return [self._guarded(pattern) for pattern in own] + super().get_urls()

    def sign_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rows, opening = self._one(request, object_id)
        figures = (
            f"{opening.billed_to_date:,} billed, {opening.retained_to_date:,} retained and {opening.paid_to_date:,} paid, all {opening.currency}"
        )

        def act(_: QuerySet[Opening]) -> int:
            return sign(opening, seen=request.GET.get("seen", ""), by=actor_of(request.user), now=utcnow())

        return confirm_then(
            request,
            rows,
            act=act,
            done="Signed. {n} documents that waited for it are looked at again.",
            title=f"Sign the opening figures of {opening}?",
            sentence=f"You agree that before the start date it had {figures}. Your name and the time are kept.",
            button="Sign",
            refusals=(CannotAct,),
            back=reverse("admin:sync_opening_change", args=[opening.pk]),
        )

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rows, opening = self._one(request, object_id)
        return confirm_then(
            request,
            rows,
            act=lambda _: withdraw(opening, by=actor_of(request.user)),
            done="The signature was withdrawn. Correct the figures and sign again.",
            title=f"Withdraw the signature of {opening}?",
            sentence="Invoices of this commitment that still depend on the figures are held until they are signed again. What is posted stays.",
            button="Withdraw",
            danger=True,
            refusals=(CannotAct,),
            back=reverse("admin:sync_opening_change", args=[opening.pk]),
        )

    def _one(self, request: HttpRequest, object_id: str) -> tuple[QuerySet[Opening], Opening]:
        if not self.has_release_permission(request):
            raise PermissionDenied("Your role may look at opening figures but not sign them.")
        rows = self.get_queryset(request).select_related("integration").filter(pk=unquote(object_id))
        return rows, rows.get()


def _sign_address(opening: Opening) -> str:
    """Carries the figures as they are shown now."""
    return f"{reverse('admin:sync_opening_sign', args=[opening.pk])}?{urlencode({'seen': figures_of(opening)})}"


def _waiting(opening: Opening) -> list[tuple[SafeString, SafeString, str]]:
    """Documents that are held for these figures, with their money and what the source says."""
    holds = Hold.everywhere.filter(
        document__flow__integration=opening.integration_id, resolved_at__isnull=True, about=f"opening:{opening.commitment_ref}"
    )
    rows = holds.select_related("document").defer("document__record").order_by("document__sequence")[:20]
    return [(page_link(hold.document, hold.document.title), money_text(hold.amount, hold.currency), hold.sentence) for hold in rows]
