"""Postings: the outbox as it stands. Read-only; people act on documents."""

from __future__ import annotations

import json
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from connectors.sync.admin import tones
from connectors.sync.admin.document_page import attempt_moments
from connectors.sync.admin.filters import IntegrationFilter
from connectors.sync.models import Attempt, Posting
from onecore.adminkit.columns import NOTHING, age, age_text, link, money, state
from onecore.adminkit.tenant_admin import READ_ONLY, TenantAdmin
from onecore.adminkit.timeline import draw
from onecore.lib.clock import utcnow
from onecore.lib.text import isolated

_SHORT = 90


@admin.register(Posting)
class PostingAdmin(TenantAdmin):
    """What is asked of the ledger, under which key, how often it was tried, and when again."""

    acts = READ_ONLY
    actions = None
    list_display = ("state_badge", "of_document", "operation", "asked", "key_short", "attempts", "next_try", "of_connection", "said")
    list_display_links = ("key_short",)
    list_filter = (("state", ChoicesDropdownFilter), IntegrationFilter)
    list_filter_submit = True
    list_select_related = ("document", "connection")
    search_fields = ("document__title", "document__number", "=key", "=token", "=ledger_ref")
    search_help_text = "Document, number, key, token or ledger id"
    ordering = ("-pk",)
    fields = (
        "of_document", "state_badge", "operation", "version", "asked", "key", "token", "of_connection", "ledger_ref", "attempts", "rounds",
        "next_try", "sent_at", "last_error", "tries", "draft_shown", "created_at",
    )  # fmt: skip
    readonly_fields = fields
    state_badge = state("state", tones.POSTING, title="state")
    of_document = link("document", text="title", title="document")
    of_connection = link("connection", title="connection")
    asked = money("amount", title="amount")
    created = age("created_at", title="made")

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["sync/screens.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        return super().get_queryset(request).select_related("document", "connection").defer("document__record", "draft", "rules")

    @admin.display(description="key", ordering="key")
    def key_short(self, posting: Posting) -> SafeString:
        return format_html('<code title="{}">{}</code>', posting.key, posting.key[:12])

    @admin.display(description="next try", ordering="not_before")
    def next_try(self, posting: Posting) -> SafeString | str:
        moves = posting.state in {"ready", "waiting", "uncertain"}
        return age_text(posting.not_before, now=utcnow()) if moves and posting.not_before else "due" if moves else NOTHING

    @admin.display(description="last answer")
    def said(self, posting: Posting) -> SafeString | str:
        text = isolated(posting.last_error)
        if not text:
            return NOTHING
        return format_html('<span class="oc-said" title="{}">{}</span>', text, text if len(text) <= _SHORT else f"{text[:_SHORT]}…")

    @admin.display(description="tries")
    def tries(self, posting: Posting) -> SafeString:
        rows = Attempt.everywhere.filter(posting=posting).order_by("-started_at", "-pk")[:50]
        return draw(attempt_moments(rows, {posting.pk: posting.operation}))

    @admin.display(description="draft")
    def draft_shown(self, posting: Posting) -> SafeString:
        return format_html('<pre class="oc-secret oc-pre">{}</pre>', json.dumps(posting.draft, indent=2, ensure_ascii=False))
