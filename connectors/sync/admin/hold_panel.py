"""An open Hold as a panel: why, how much, who can mend it, where, and what a person may do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString

from connectors.sync.acts import BY_HAND
from connectors.sync.admin import addresses
from connectors.sync.admin.acting import ACTS
from connectors.sync.holds import mapping_url
from connectors.sync.models import Document, Hold
from connectors.sync.reasons import REASONS, Reason
from onecore.adminkit.columns import age_text, money_text

_PLACES = {
    "mapping": "Map it",
    "policy": "Open the policy",
    "source": "Open in the source",
    "opening": "Enter opening figures",
    "connection": "Open the connection",
}


@dataclass(frozen=True, slots=True)
class HoldPanel:
    """`fix`: the button that leads to the very field; `fixes`: one link each where several things are missing.
    `acts`: address, words, whether it is the first choice, whether it is grave."""

    title: str
    sentence: str
    advice: str
    money: SafeString
    since: SafeString
    who: str
    replays: bool
    fix: SafeString | str
    fixes: tuple[SafeString, ...]
    acts: tuple[tuple[str, str, bool, bool], ...]


def reason_of(hold: Hold) -> Reason:
    """The catalogue's entry; one that speaks for itself where the catalogue no longer has it."""
    return REASONS.get(hold.reason) or Reason(hold.reason, hold.reason.replace("_", " ").capitalize(), "administrator", "document", replays=False)


def hold_panel(hold: Hold, document: Document, *, may_act: bool, now: datetime) -> HoldPanel:
    reason = reason_of(hold)
    gaps = hold.details.get("gaps", []) if isinstance(hold.details, dict) else []
    several = [
        addresses.link(mapping_url(document.flow.integration_id, {"gaps": [gap]}), f"Map {gap.get('label') or gap.get('source_ref')}")
        for gap in gaps
        if reason.place == "mapping" and len(gaps) > 1
    ]
    return HoldPanel(
        title=reason.title,
        sentence=hold.sentence,
        advice=hold.fix,
        money=money_text(hold.amount, hold.currency),
        since=age_text(hold.opened_at, now=now),
        who=reason.who,
        replays=reason.replays,
        fix=fix_button(hold, css="oc-button"),
        fixes=tuple(several),
        acts=tuple(_acts(hold, document)) if may_act else (),
    )


def fix_button(hold: Hold, *, css: str) -> SafeString | str:
    """A button to the place of the fix; "" where it would lead to the document's own page."""
    address = addresses.safe_address(hold.fix_url)
    if not address or address == reverse("admin:sync_document_change", args=[hold.document_id]):
        return ""
    return addresses.link(address, _PLACES.get(reason_of(hold).place, "Open"), css=css)


def _acts(hold: Hold, document: Document) -> list[tuple[str, str, bool, bool]]:
    keys = ["retry", "skip"]
    if hold.reason == "awaits_release":
        keys = ["release", "skip"]
    elif hold.reason in BY_HAND and document.ledger_ref:
        keys = ["settled", "retry"]
    elif hold.reason == "duplicate_number":
        keys = ["link", "retry", "skip"]
    return [
        (reverse(f"admin:sync_document_{key}", args=[document.pk]), ACTS[key].button, key in {"release", "link"}, ACTS[key].danger) for key in keys
    ]
