"""Webhook addresses and what came in through them. A secret is shown once, in the answer that made it, and never again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from unfold.decorators import action

from audit.actor import actor_of
from audit.pretty import pretty
from connectors.connections.models import Connection
from connectors.webhooks.models import Hook, Receipt
from connectors.webhooks.receive import SYSTEMS, create_hook, rotate_secret, switch
from onecore.adminkit import columns
from onecore.adminkit.actions import confirm_then
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin
from onecore.lib.clock import utcnow

_TONES = {"new": "info", "done": "good", "ignored": "quiet", "failed": "bad"}


@admin.register(Hook)
class HookPages(TenantAdmin):
    """The addresses senders post to."""

    list_display = ("name", "on", "refused", "malformed", "last_refused", "created")
    list_select_related = ("connection",)
    list_filter = ("active", "system")
    actions = None
    actions_detail = ("rotate", "replace_leaked")
    created = columns.age("created_at", title="created")
    last_refused = columns.age("last_refused_at", title="last refusal")

    @admin.display(description="connection", ordering="connection__name")
    def name(self, hook: Hook) -> str:
        return str(hook.connection)

    @admin.display(description="state", ordering="active")
    def on(self, hook: Hook) -> str:
        return columns.badge("On", "good") if hook.active else columns.badge("Off")

    @admin.display(description="address")
    def address(self, hook: Hook) -> str:
        return format_html('<code class="oc-secret">{}</code>', hook.path)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        counted = ("refused", "last_refused_at", "malformed")
        return ("connection", "address", "active", *counted, "previous_until", "created_at") if obj else ("connection",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(name for name in self.get_fields(request, obj) if name != "active") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Connection.everywhere.filter(system__in=SYSTEMS)  # the base class keeps the tenant's own of them
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Hook, form: Any, change: bool) -> None:
        if change:
            switch(obj, active=form.cleaned_data["active"], actor=actor_of(request.user))
            return
        made, request.hook_secret = create_hook(form.cleaned_data["connection"], actor=actor_of(request.user))  # type: ignore[attr-defined]
        obj.pk = made.pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Hook, post_url_continue: str | None = None) -> HttpResponse:
        return self._show_once(request, obj, request.hook_secret)  # type: ignore[attr-defined]

    @action(description="Rotate the secret", permissions=["administer"], icon="autorenew")
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._rotated(request, object_id, keep_previous=True)

    @action(description="Replace a leaked secret", permissions=["administer"], icon="gpp_bad")
    def replace_leaked(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._rotated(request, object_id, keep_previous=False)

    def _rotated(self, request: HttpRequest, object_id: str, *, keep_previous: bool) -> HttpResponse:
        rows = self.get_queryset(request).filter(pk=object_id)
        hook = rows.select_related("connection").get()
        made: list[str] = []

        def rotate(_: QuerySet[Hook]) -> int:
            made.append(rotate_secret(hook, now=utcnow(), actor=actor_of(request.user), keep_previous=keep_previous))
            return 1

        fate = "The present secret stays good for a day." if keep_previous else "The present secret stops working at once."
        sentence = f"A new secret is made and shown once; enter it at the sender. {fate}"
        back = reverse("admin:webhooks_hook_change", args=[hook.pk])
        asked = confirm_then(request, rows, act=rotate, done="The secret was rotated", title="Rotate the secret?", sentence=sentence, back=back)
        return self._show_once(request, hook, made[0]) if made else asked

    def _show_once(self, request: HttpRequest, hook: Hook, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Webhook",
            "opts": self.opts,
            "hook": hook,
            "secret": secret,
            "address": request.build_absolute_uri(hook.path),
            "back": reverse("admin:webhooks_hook_change", args=[hook.pk]),
        }
        answer = TemplateResponse(request, "webhooks/secret.html", context)
        add_never_cache_headers(answer)
        return answer


@admin.register(Receipt)
class ReceiptPages(TenantAdmin):
    """What came in, as it came."""

    acts = READ_ONLY
    actions = None
    list_display = ("event_id", "connection", "state_badge", "attempts", "received", "note")
    list_select_related = ("connection",)
    list_filter = ("state", "connection")
    search_fields = ("event_id",)
    fields = ("event_id", "hook", "connection", "state", "note", "attempts", "received_at", "due_at", "handled_at", "content")
    readonly_fields = ("content",)
    state_badge = columns.state("state", _TONES, title="state")
    received = columns.age("received_at", title="received")

    @admin.display(description="body")
    def content(self, receipt: Receipt) -> str:
        return format_html('<pre class="oc-secret" style="white-space: pre-wrap">{}</pre>', pretty(receipt.body))
