"""The vocabulary of the audit trail: one list, and `record` accepts nothing else.

A sentence may name {actor}, {subject} and any key of the entry's data, {first|second} for the first that is there. A part in
[[double brackets]] is left out where its place is empty. It is rendered once, when the entry is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]")
_PLACE = re.compile(r"\{([a-z_|]+)\}")


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of thing that happens. `name` is stable: people filter and script by it."""

    name: str
    sentence: str

    def told(self, values: Mapping[str, Any]) -> str:
        """The sentence with its places filled; a place without a value is told as such, never an error.

        One pass: what a value holds is never taken for a place.
        """
        kept = _OPTIONAL.sub(lambda part: part[1] if all(_value(place[1], values) for place in _PLACE.finditer(part[1])) else "", self.sentence)
        return _PLACE.sub(lambda place: _value(place[1], values) or "(not said)", kept)


def _value(names: str, values: Mapping[str, Any]) -> str:
    given = (values.get(name) for name in names.split("|"))
    return next((str(value) for value in given if value is not None and value != ""), "")


# --- documents on their way to the ledger --------------------------------------------------------------------------
DOCUMENT_SEEN = Event("document.seen", "{subject} was seen for the first time[[, {amount} {currency}]]")
DOCUMENT_CHANGED = Event("document.changed", "{subject} changed in its source[[, now {amount} {currency}]]")
DOCUMENT_GONE = Event("document.gone", "{subject} is no longer in its source")
DOCUMENT_SKIPPED = Event("document.skipped", "{subject} was skipped: {sentence|reason}")
DOCUMENT_RELEASED = Event("document.released", "{actor} released {subject}")
POSTING_PREPARED = Event("posting.prepared", "A posting for {subject} was prepared[[: {operation}]][[, {amount} {currency}]]")
POSTING_SENT = Event("posting.sent", "A posting for {subject} was sent to the ledger[[: {operation}]]")
POSTING_SETTLED = Event("posting.settled", "{subject} is booked in the ledger[[ as {number|ledger_ref}]][[, {amount} {currency}]]")
POSTING_UNCERTAIN = Event("posting.uncertain", "The ledger's answer about {subject} was lost; it will be looked up before anything is sent again")
POSTING_ADOPTED = Event("posting.adopted", "{subject} was found in the ledger[[ as {number|ledger_ref}]] and adopted")
POSTING_HELD = Event("posting.held", "The posting for {subject} is held: {sentence|reason}")
POSTING_SUPERSEDED = Event("posting.superseded", "A newer version took the place of a posting for {subject}")
POSTING_VOIDED = Event("posting.voided", "{subject} was voided in the ledger")
HOLD_OPENED = Event("hold.opened", "{subject} is held: {sentence|reason}")
HOLD_RESOLVED = Event("hold.resolved", "{subject} is no longer held: {how|reason}")

# --- mappings -------------------------------------------------------------------------------------------------------
MAPPING_CHANGED = Event("mapping.changed", "{actor} mapped {subject}: {before} became {after}")
MAPPING_IMPORTED = Event("mapping.imported", "{actor} imported mappings from {subject}")

# --- links to the outside ---------------------------------------------------------------------------------------------
CONNECTION_CREATED = Event("connection.created", "{actor} created the connection {subject}")
CONNECTION_TESTED = Event("connection.tested", "{actor} tested the connection {subject}: {result}")
CONNECTION_CREDENTIALS_SET = Event("connection.credentials_set", "{actor} set the credentials of {subject}")
CONNECTION_SIGNED_IN = Event("connection.signed_in", "{subject} signed in")
CONNECTION_SIGN_IN_NEEDED = Event("connection.sign_in_needed", "{subject} can no longer sign in: {reason}")
CONNECTION_DISCONNECTED = Event("connection.disconnected", "{actor} disconnected {subject}")
INTEGRATION_CHANGED = Event("integration.changed", "{actor} changed the integration {subject}")
POLICY_CHANGED = Event("policy.changed", "{actor} changed the policy of {subject}")
FLOW_ENABLED = Event("flow.enabled", "{actor} switched on {subject}")
FLOW_PAUSED = Event("flow.paused", "{actor} paused {subject}")
FLOW_RAN = Event("flow.ran", "{subject} ran[[: {sentence}]]")
WEBHOOK_CREATED = Event("webhook.created", "{actor} created a webhook address for {subject}")
WEBHOOK_SECRET_ROTATED = Event("webhook.secret_rotated", "{actor} rotated the webhook secret of {subject}")
WEBHOOK_CHANGED = Event("webhook.changed", "{actor} changed the webhook of {subject}")
WEBHOOK_RECEIVED = Event("webhook.received", "Webhooks of {subject} were taken in")
WEBHOOK_REFUSED = Event("webhook.refused", "A webhook for {subject} was refused: {reason}")

# --- people ----------------------------------------------------------------------------------------------------------
USER_SIGNED_IN = Event("user.signed_in", "{subject} signed in")
USER_SIGN_IN_FAILED = Event("user.sign_in_failed", "Somebody failed to sign in as {subject}")
USER_SIGNED_OUT = Event("user.signed_out", "{subject} signed out")
USER_SECURED = Event("user.secured", "{subject} changed how they sign in: {change}")
MEMBERSHIP_CHANGED = Event("membership.changed", "The membership of {subject} changed: {before} became {after}")
TENANT_ENTERED = Event("tenant.entered", "{actor} entered {subject}")
ACCESS_DENIED = Event("access.denied", "{actor} was refused: {subject}")

# --- the trail itself -----------------------------------------------------------------------------------------------
AUDIT_VERIFIED = Event("audit.verified", "The audit trail was verified: {entries} entries, none altered")
AUDIT_FAULTY = Event("audit.faulty", "The audit trail was verified and found faulty: {first_fault}")
EXPORT_MADE = Event("export.made", "{actor} exported {subject}")

EVENTS: dict[str, Event] = {value.name: value for value in list(globals().values()) if isinstance(value, Event)}
"""Every event by name."""


class UnknownEvent(ValueError):
    """An event outside the list was to be recorded."""


def known(event: Event) -> Event:
    """The event itself, if it is one of the list. Raises UnknownEvent."""
    if EVENTS.get(event.name) is not event:
        raise UnknownEvent(f"{event.name!r} is not an event of audit/events.py. Add it there, with its sentence, before recording it.")
    return event
