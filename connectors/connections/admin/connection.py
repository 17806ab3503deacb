"""The page of a connection: where it stands, and buttons to test, enter credentials, sign in and disconnect."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget

from audit.actor import actor_of
from audit.events import CONNECTION_CREATED
from connectors import catalog
from connectors.connections import vault
from connectors.connections.configure import tell
from connectors.connections.models import Connection
from onecore.adminkit.columns import age, age_text, state
from onecore.adminkit.tenant_admin import TenantAdmin
from onecore.lib.clock import utcnow

TONES = {"new": "info", "ok": "good", "sign_in": "bad", "unreachable": "warn", "paused": "quiet"}


class ConnectionForm(forms.ModelForm):
    """Which system, and what people call it. Everything else is entered on the credentials page or told by the remote."""

    class Meta:
        model = Connection
        fields = ("system", "name", "signs_in_with")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "system" in self.fields:
            systems = [(one.key, f"{one.label} ({one.role.value})") for one in catalog.all_connectors()]
            self.fields["system"] = forms.ChoiceField(choices=[("", "Choose a system"), *systems], widget=UnfoldAdminSelectWidget())


@admin.register(Connection)
class ConnectionAdmin(TenantAdmin):
    """Connections of the tenant. Their secrets are on no page."""

    form = ConnectionForm
    change_form_outer_before_template = "connections/panel.html"
    list_display = ("name", "system_name", "organisation", "where_it_stands", "used", "answered", "token_ends")
    list_filter = ("status",)
    search_fields = ("name", "organisation")
    list_select_related = ("credential",)
    ordering = ("name",)
    where_it_stands = state("status", TONES, title="status")
    used = age("last_used_at", title="last used")
    answered = age("last_ok_at", title="last tested well")
    told: ClassVar[tuple[str, ...]] = ("organisation", "organisation_id", "currency", "time_zone", "used", "answered", "token_ends")

    @admin.display(description="system", ordering="system")
    def system_name(self, connection: Connection) -> str:
        return connection.system_label

    @admin.display(description="token ends", ordering="credential__expires_at")
    def token_ends(self, connection: Connection) -> Any:
        credential = getattr(connection, "credential", None)
        return age_text(credential.expires_at if credential else None, now=utcnow())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        entered = (None, {"fields": ("system_name" if obj else "system", "name", "signs_in_with")})
        return (entered, ("What the remote told us", {"fields": self.told})) if obj else (entered,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("system_name", *self.told) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only one that nothing was ever joined to; others are disconnected, and what they did stays provable."""
        if obj is None or obj.integrations_from.exists() or obj.integrations_to.exists():
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            tell(CONNECTION_CREATED, obj, actor=actor_of(request.user), data={"system": obj.system})

    def response_add(self, request: HttpRequest, obj: Connection, post_url_continue: str | None = None) -> HttpResponse:
        """A new connection goes straight to its credentials."""
        return HttpResponseRedirect(reverse("connections:credentials", args=[obj.pk]))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        connection = kwargs.get("obj")
        if connection is not None and connection.system in catalog.CONNECTORS:
            stored = vault.names(connection)
            context["panel"] = {
                "tone": TONES.get(connection.status, "quiet"),
                "secrets": [(field.label, field.name in stored) for field in connection.declaration.config if field.secret],
                "may": self.allows(request, "administer"),
                "can_consent": bool(connection.declaration.authorize),
            }
        return super().render_change_form(request, context, *args, **kwargs)
