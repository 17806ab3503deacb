"""Ask the ledger what it holds for some Postings, in blocks."""

from __future__ import annotations

from connectors.connections.models import Connection
from connectors.port.drafts import Operation, VendorDraft, draft_kind, from_data
from connectors.port.errors import ConnectorError, SignInAgain, TryLater
from connectors.port.ledger import Booked, Ledger, Lookup
from connectors.sync import sides
from connectors.sync.models import Posting


def find(connection: Connection, ledger: Ledger, postings: list[Posting]) -> dict[str, list[Booked]]:
    """What the ledger holds for each, by key: creates by number and token in one block, changes by the id they were booked under."""
    creates = [posting for posting in postings if posting.operation == Operation.CREATE.value]
    with sides.sign_in_told(connection):
        found = ledger.find([_lookup(posting) for posting in creates]) if creates else {}
        changes: dict[str, list[Posting]] = {}
        for posting in postings:
            if posting.operation != Operation.CREATE.value:
                changes.setdefault(posting.draft["kind"], []).append(posting)
        for kind, block in changes.items():
            there = {booked.ledger_ref: booked for booked in ledger.read(kind, [posting.document.ledger_ref for posting in block])}
            found |= {posting.key: [there[posting.document.ledger_ref]] for posting in block if posting.document.ledger_ref in there}
        return found


def _lookup(posting: Posting) -> Lookup:
    draft = from_data(posting.draft)
    if isinstance(draft, VendorDraft):
        return Lookup(posting.key, draft_kind(draft), draft.vendor_id, draft.name, posting.token)
    return Lookup(posting.key, draft_kind(draft), draft.vendor, draft.number, posting.token)


def look_failed(error: ConnectorError) -> ConnectorError:
    """A read that failed, for whatever reason, is asked again later; nothing was written by it."""
    return error if isinstance(error, TryLater | SignInAgain) else TryLater(error.message, error.request_id, error.remote_code)
