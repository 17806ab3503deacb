"""Open and resolve Holds in bulk. One open Hold a Document; the same reason again is not a new Hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from audit import events
from audit.record import NewEntry
from connectors.sync.models import Document, Hold, Posting
from connectors.sync.reasons import REASONS
from connectors.sync.recipes.outcome import Stop
from connectors.sync.states import DocumentState
from mappings.kinds import KINDS
from onecore.lib.bulk import update_rows
from onecore.lib.money import exact


@dataclass(frozen=True, slots=True)
class Stopped:
    """A Document and why it is stopped."""

    document: Document
    stop: Stop
    posting: Posting | None = None
    data: dict[str, Any] = field(default_factory=dict)


def open_holds(stopped: Iterable[Stopped], *, now: datetime) -> list[NewEntry]:
    """Open or renew the Holds, set the documents' state in memory (the caller saves them), and return the audit entries.
    Two queries, whatever the number."""
    items = list({item.document.pk: item for item in stopped}.values())
    if not items:
        return []
    standing = {
        hold.document_id: hold for hold in Hold.everywhere.filter(document__in=[item.document.pk for item in items], resolved_at__isnull=True)
    }
    fresh, renewed, entries = [], [], []
    for item in items:
        item.document.state = DocumentState.HELD
        hold = standing.get(item.document.pk)
        if hold is None:
            hold = Hold(tenant_id=item.document.tenant_id, document=item.document, opened_at=now)
            fresh.append(hold)
        elif (hold.reason, hold.sentence) == (item.stop.reason, item.stop.sentence) and hold.posting_id == (
            item.posting.pk if item.posting else None
        ):
            continue
        else:
            renewed.append(hold)
        _fill(hold, item)
        entries.append(_entry(item))
    Hold.everywhere.bulk_create(fresh)
    update_rows(renewed, _FIELDS)
    return entries


def resolve_holds(documents: Iterable[Document], *, now: datetime, how: str, by: str = "system") -> list[NewEntry]:
    """Close the open Holds of these documents. At most two queries."""
    by_id = {document.pk: document for document in documents}
    if not by_id:
        return []
    holds = list(Hold.everywhere.filter(document__in=by_id, resolved_at__isnull=True))
    if not holds:
        return []
    Hold.everywhere.filter(pk__in=[hold.pk for hold in holds]).update(resolved_at=now, resolution=how[:300])
    return [
        NewEntry(
            events.HOLD_RESOLVED,
            subject=by_id[hold.document_id].title,
            subject_id=str(hold.document_id),
            document_id=hold.document_id,
            data={"reason": hold.reason, "how": how},
            actor=by,
        )
        for hold in holds
    ]


_FIELDS = ["posting", "reason", "sentence", "fix", "fix_url", "about", "details", "amount", "currency"]


def _fill(hold: Hold, item: Stopped) -> None:
    stop, document = item.stop, item.document
    hold.posting = item.posting
    hold.reason = stop.reason
    hold.sentence = stop.sentence
    hold.fix = stop.fix
    hold.about = stop.about
    hold.details = stop.details
    hold.amount, hold.currency = document.amount, document.currency
    hold.fix_url = fix_url(document, stop)


def fix_url(document: Document, stop: Stop) -> str:
    """Where the field to fix is. The source's own page where only the source can mend it."""
    if stop.details.get("fix_url"):
        return str(stop.details["fix_url"])  # it waits for another: the fix is where that one's is
    place = REASONS[stop.reason].place
    integration_id = document.flow.integration_id
    if place == "mapping":
        return mapping_url(integration_id, stop.details)
    if place == "policy":
        field_name = stop.details.get("policy_field", "")
        page = reverse("admin:connections_integration_change", args=[integration_id])  # the policy is edited inside its integration's page
        return f"{page}#id_policy-0-{field_name}" if field_name else page
    if place == "opening":
        return reverse("admin:sync_opening_add") + (
            f"?integration={integration_id}&commitment_ref={document.commitment_ref}&currency={document.currency}"
            f"&billed_to_date={stop.details.get('billed', '')}&retained_to_date={stop.details.get('retained', '')}"
        )
    if place == "connection":
        return reverse("admin:connections_connection_change", args=[document.flow.integration.ledger_id])
    if place == "source" and document.source_url:
        return document.source_url
    return reverse("admin:sync_document_change", args=[document.pk])


def mapping_url(integration_id: int, details: dict[str, Any]) -> str:
    """The grid of the first gap's kind, focused on its very row."""
    gap = (details.get("gaps") or [{}])[0]
    model = KINDS[gap.get("kind", "cost_code")].model
    query = {"integration": integration_id}
    if gap.get("mapping_id"):
        query["focus"] = gap["mapping_id"]
    elif gap.get("label"):
        query["q"] = gap["label"]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + "?" + urlencode(query)


def _entry(item: Stopped) -> NewEntry:
    return NewEntry(
        events.HOLD_OPENED,
        subject=item.document.title,
        subject_id=str(item.document.pk),
        document_id=item.document.pk,
        integration_id=item.document.flow.integration_id,
        data={
            "reason": item.stop.reason,
            "sentence": item.stop.sentence,
            "amount": exact(item.document.amount, item.document.currency),
            "currency": item.document.currency,
        }
        | item.data,
    )
