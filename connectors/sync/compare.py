"""Is what the ledger holds what we asked it to hold? Vendor, currency, total and number of lines must agree."""

from __future__ import annotations

from connectors.port.drafts import Draft, VendorDraft
from connectors.port.ledger import Booked
from onecore.lib.money import plain
from onecore.lib.text import folded


def difference(draft: Draft, booked: Booked) -> str:
    """ "" if they agree, else what is apart, in words."""
    if isinstance(draft, VendorDraft):
        return "" if folded(draft.vendor_id) == folded(booked.vendor) else f"the vendor is {booked.vendor}, not {draft.vendor_id}"
    apart = []
    if draft.vendor != booked.vendor:
        apart.append(f"the vendor is {booked.vendor}, not {draft.vendor}")
    if booked.currency and draft.currency != booked.currency:
        apart.append(f"the currency is {booked.currency}, not {draft.currency}")
    if draft.total != booked.total:
        apart.append(f"the total is {plain(booked.total)}, not {plain(draft.total)}")
    if len(draft.lines) != booked.line_count:
        apart.append(f"it has {booked.line_count} lines, not {len(draft.lines)}")
    return "; ".join(apart)
