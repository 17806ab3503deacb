"""Sign opening figures, or take the signature back. A person's act: who and when are set here and nowhere typed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.events import INTEGRATION_CHANGED
from audit.record import record
from connectors.sync.acts import CannotAct
from connectors.sync.models import Flow, Opening
from connectors.sync.replay import wake
from onecore.lib import doorbell
from onecore.lib.money import plain

FIGURES = ("billed_to_date", "retained_to_date", "paid_to_date")


def figures_of(opening: Opening) -> str:
    """What is signed, as one text: the page a person saw carries it, so that nobody signs other figures than they read."""
    return ":".join([opening.currency, *(f"{getattr(opening, name):.2f}" for name in FIGURES)])


def sign(opening: Opening, *, seen: str, by: str, now: datetime) -> int:
    """Agree the figures the person saw; what waited for them is looked at again. Returns how many documents. Raises CannotAct."""
    with transaction.atomic():
        current = Opening.everywhere.select_for_update().get(pk=opening.pk)
        if current.agreed_at is not None:
            raise CannotAct(f"The opening figures of {current} were signed by {current.agreed_by} already.")
        if figures_of(current) != seen:
            raise CannotAct(f"The opening figures of {current} changed since you read them. Read them again, then sign.")
        current.agreed_by, current.agreed_at = by[:150], now
        current.save(update_fields=["agreed_by", "agreed_at"])
        woken = wake_waiting(current, now=now)
        _tell(current, what="signed", by=by)
        doorbell.ring()
    return woken


def withdraw(opening: Opening, *, by: str) -> None:
    """Take the signature back so that the figures can be corrected. Raises CannotAct."""
    with transaction.atomic():
        changed = Opening.everywhere.filter(pk=opening.pk, agreed_at__isnull=False).update(agreed_by="", agreed_at=None)
        if not changed:
            raise CannotAct(f"The opening figures of {opening} are not signed.")
        _tell(opening, what="signature withdrawn", by=by)


def wake_waiting(opening: Opening, *, now: datetime) -> int:
    """Documents of the integration that are held for these figures become pending again."""
    flows = Flow.everywhere.filter(integration=opening.integration_id)
    return sum(wake(flow, about=f"opening:{opening.commitment_ref}", now=now) for flow in flows)


def _tell(opening: Opening, *, what: str, by: str) -> None:
    data = {"opening_figures": str(opening), "act": what, "currency": opening.currency} | {name: plain(getattr(opening, name)) for name in FIGURES}
    record(
        INTEGRATION_CHANGED,
        tenant_id=opening.tenant_id,
        subject=f"{opening.integration}: opening figures of {opening} {what}",
        subject_id=str(opening.pk),
        integration_id=opening.integration_id,
        actor=by,
        data=data,
    )
