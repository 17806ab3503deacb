"""The refresh lease: one row, one conditional UPDATE, so that one caller at a time asks the remote for a new token."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from .models import Credential

_NOBODY = {"lease_owner": "", "lease_since": None, "lease_until": None}


def is_free(row: Credential, *, now: datetime) -> bool:
    """Whether trying to claim makes sense. Reading costs nobody anything; a claim is a write."""
    return not row.lease_owner or row.lease_until is None or row.lease_until <= now


def claim(row: Credential, *, owner: str, now: datetime, seconds: float) -> bool:
    """Take the lease if it is free and the token is still the one `row` shows.

    A lease that ran out with its owner still on it is a lost answer: when it began is kept in `lost_at`.
    """
    free = Q(lease_owner="") | Q(lease_until__lte=now)
    taken = Credential.everywhere.filter(free, pk=row.pk, generation=row.generation).update(
        lost_at=Case(When(lease_owner="", then=F("lost_at")), default=Coalesce(F("lost_at"), F("lease_since"))),
        lease_owner=owner,
        lease_since=now,
        lease_until=now + timedelta(seconds=seconds),
    )
    return bool(taken)


def give_back(row: Credential, *, owner: str) -> None:
    """Nothing was spent: the next caller may try."""
    Credential.everywhere.filter(pk=row.pk, lease_owner=owner).update(**_NOBODY)


def give_back_lost(row: Credential, *, owner: str) -> None:
    """The answer was lost: the next caller may try, and knows since when."""
    Credential.everywhere.filter(pk=row.pk, lease_owner=owner).update(lost_at=Coalesce(F("lost_at"), F("lease_since")), **_NOBODY)


def settle(row: Credential, *, sealed: str, since: datetime, expires_at: datetime, fruitless: int) -> bool:
    """Store the new token. By generation and not by owner: a late answer is still the newest token, unless somebody got a newer one."""
    stored = Credential.everywhere.filter(pk=row.pk, generation=row.generation).update(
        token=sealed,
        generation=F("generation") + 1,
        token_since=since,
        expires_at=expires_at,
        lost_at=None,
        fruitless=fruitless,
        **_NOBODY,
    )
    return bool(stored)
