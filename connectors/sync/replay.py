"""Fixing what a Hold names posts the document without another click: what waited is looked at again."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from connectors.sync.models import Document, Flow, Hold, Posting
from connectors.sync.reasons import REASONS
from connectors.sync.states import DocumentState
from mappings.models import MappingChange
from onecore.lib.bulk import update_rows


def replay_changes(*, now: datetime) -> int:
    """Mapping and policy changes nobody has acted on yet; returns how many documents are looked at again."""
    woken = 0
    for integration_id in set(MappingChange.everywhere.filter(replayed_at__isnull=True).values_list("integration_id", flat=True)):
        newest = list(MappingChange.everywhere.filter(replayed_at__isnull=True, integration=integration_id).values_list("pk", flat=True))
        for flow in Flow.everywhere.filter(integration=integration_id).select_related("integration__policy"):
            woken += wake(flow, about="mapping:", now=now)
        MappingChange.everywhere.filter(pk__in=newest).update(replayed_at=now)
    for flow in Flow.everywhere.select_related("integration__policy"):
        woken += _policy(flow, now)
    return woken


def _policy(flow: Flow, now: datetime) -> int:
    changed = flow.integration.policy.changed_at
    if flow.policy_seen_at is not None and changed <= flow.policy_seen_at:
        return 0
    if flow.integration.policy.closed_period == "first_open":
        _move_gl_dates(flow)
    woken = wake(flow, about="policy", now=now)
    if flow.integration.policy.approval_gate == "none":
        woken += wake(flow, about="release", now=now)
    Flow.everywhere.filter(pk=flow.pk).update(policy_seen_at=changed)
    return woken


def _move_gl_dates(flow: Flow) -> None:
    """Documents held for a closed period learn the first open day their ledger named."""
    holds = Hold.everywhere.filter(document__flow=flow, resolved_at__isnull=True, reason="period_closed").select_related("document")
    documents = []
    for hold in holds:
        if first_open := hold.details.get("first_open"):
            hold.document.gl_date_moved_to = date.fromisoformat(first_open)
            documents.append(hold.document)
    update_rows(documents, ["gl_date_moved_to"])


def wake(flow: Flow, *, about: str = "", reason_like: str = "", now: datetime) -> int:
    """Documents of this flow whose open Hold is about this (or whose reason contains that) become pending again, but for
    those of which something may be in the ledger: they need a person's look."""
    holds = Hold.everywhere.filter(document__flow=flow, resolved_at__isnull=True)
    holds = holds.filter(about__startswith=about) if about else holds.filter(reason__contains=reason_like)
    holds = holds.filter(reason__in=[key for key, reason in REASONS.items() if reason.replays or about == "policy"])
    unsure = Posting.everywhere.filter(state="held", sent_at__isnull=False).values("document_id")
    ids = list(holds.exclude(document__in=unsure).values_list("document_id", flat=True))
    return pend(ids, now=now)


def pend(document_ids: list[int], *, now: datetime) -> int:
    """These documents are to be prepared anew."""
    with transaction.atomic():
        held = Document.everywhere.filter(Q(pk__in=document_ids)).exclude(state__in=[DocumentState.PENDING, DocumentState.GONE])
        return held.update(state=DocumentState.PENDING, updated_at=now)
