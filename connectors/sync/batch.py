"""A Batch: one stored request. Committed before it is sent; a resend is byte-identical; never recomposed."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import F

from connectors.connections.models import Connection
from connectors.port.ledger import Composition, KeyedDraft, Ledger
from connectors.sync import keys
from connectors.sync.models import Batch, BatchMember, Posting


def compose(ledger: Ledger, drafts: list[KeyedDraft]) -> Composition:
    """The request for these drafts, named by its members."""
    return ledger.compose(drafts, control=keys.batch_control([draft.key for draft in drafts]))


def keep(connection: Connection, composition: Composition, postings: list[Posting], *, now: datetime) -> Batch:
    """Store the request with its members, in the caller's transaction, and note that bytes may leave from now on.
    The very same members in the same order make the same Batch, sent once more."""
    seal = hashlib.sha256(composition.body).hexdigest()
    batch, fresh = Batch.everywhere.get_or_create(
        control=composition.control,
        defaults={
            "tenant_id": connection.tenant_id, "connection": connection, "body": composition.body, "digest": seal, "size": len(postings),
            "created_at": now, "sent": 1,
        },
    )  # fmt: skip
    if fresh:
        members = [BatchMember(tenant_id=posting.tenant_id, batch=batch, posting=posting, place=place) for place, posting in enumerate(postings)]
        BatchMember.everywhere.bulk_create(members)
    elif batch.digest != seal:
        raise RuntimeError(f"batch {batch.control} would be resent with other bytes")
    else:
        Batch.everywhere.filter(pk=batch.pk).update(sent=F("sent") + 1, settled_at=None)
    Posting.everywhere.filter(pk__in=[posting.pk for posting in postings]).update(sent_at=now)
    for posting in postings:
        posting.sent_at = now
    return batch
