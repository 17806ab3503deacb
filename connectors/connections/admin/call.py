"""The call journal, read-only to everybody."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html

from connectors.connections.models import Call
from onecore.adminkit.columns import age, badge, link
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin


@admin.register(Call)
class CallAdmin(TenantAdmin):
    """One HTTP exchange a line, redacted before it was stored."""

    acts = READ_ONLY
    list_display = ("operation", "answer", "method", "of_connection", "elapsed", "asked", "request_id")
    list_display_links = ("operation",)
    list_filter = ("connection", "method")
    list_select_related = ("connection",)
    search_fields = ("operation", "request_id")
    fields: ClassVar[Any] = (
        "operation",
        "connection",
        "at",
        "method",
        "url",
        "answer",
        "elapsed",
        "request_id",
        "error",
        "request_shown",
        "response_shown",
    )
    readonly_fields = fields
    of_connection = link("connection", title="connection")
    asked = age("at", title="when")

    @admin.display(description="answer", ordering="status")
    def answer(self, call: Call) -> str:
        tone = "bad" if call.status == 0 or call.status >= 500 else "warn" if call.status >= 400 else "good"
        return badge(call.status or "no answer", tone)

    @admin.display(description="took", ordering="elapsed_ms")
    def elapsed(self, call: Call) -> str:
        return f"{call.elapsed_ms} ms"

    @admin.display(description="request")
    def request_shown(self, call: Call) -> str:
        return _block(call.request)

    @admin.display(description="answer body")
    def response_shown(self, call: Call) -> str:
        return _block(call.response)


def _block(text: str) -> str:
    return format_html('<pre class="oc-pre" style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>', text) if text else "–"
