"""Secrets at rest: sealed with the key ring, bound to their row, written by people and read only by `opening`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from onecore.lib.clock import utcnow
from onecore.lib.secretbox import CannotOpen, SecretBox

from .models import Connection, Credential

TOKEN = "token"  # noqa: S105 - the name of a column


def box() -> SecretBox:
    """The box with the key ring of the settings."""
    return SecretBox(settings.ONECORE_FIELD_KEYS)


def put(connection: Connection, secrets: Mapping[str, str], *, now: datetime | None = None) -> bool:
    """Store these secrets beside those already there; an empty one keeps what is stored. True if anything changed.

    A changed secret makes the current token worthless: it is dropped, and so is every lease on it.
    """
    with transaction.atomic():
        row = _row_of(connection)
        fresh = {name: value for name, value in secrets.items() if value and not _holds(row, name, value)}
        if not fresh:
            return False
        row.secrets = row.secrets | {name: seal(row, name, value) for name, value in fresh.items()}
        row.set_at = now or utcnow()
        forget_token(row)
        row.save()
    return True


def reveal(connection: Connection) -> dict[str, str]:
    """The secrets in clear. Raises CannotOpen. For `opening` alone."""
    row = Credential.everywhere.filter(connection=connection).first()
    return {name: unseal(row, name, sealed) for name, sealed in row.secrets.items()} if row else {}


def names(connection: Connection) -> frozenset[str]:
    """Which secrets are stored; says nothing about what they are."""
    row = Credential.everywhere.filter(connection=connection).first()
    return frozenset(row.secrets) if row else frozenset()


def wipe(connection: Connection) -> None:
    """Forget every secret and token of the connection."""
    with transaction.atomic():
        row = _row_of(connection)
        row.secrets, row.set_at = {}, None
        forget_token(row)
        row.save()


def drop_token(connection: Connection) -> None:
    """Forget the token alone: the next call signs in anew."""
    with transaction.atomic():
        row = _row_of(connection)
        forget_token(row)
        row.save()


def seal(row: Credential, field: str, text: str) -> str:
    """Seal one field of this row; it opens in no other row and no other field."""
    return box().seal(text, bound_to=_bound_to(row, field))


def unseal(row: Credential, field: str, sealed: str) -> str:
    """Open one field of this row. Raises CannotOpen."""
    return box().open(sealed, bound_to=_bound_to(row, field))


def reseal(credential_id: int) -> bool:
    """Seal with the current key whatever an older one sealed, while the system runs. True if there was any. Raises CannotOpen."""
    current = box()
    with transaction.atomic():
        row = Credential.everywhere.select_for_update().get(pk=credential_id)
        stale = {name: sealed for name, sealed in row.secrets.items() if not current.is_current(sealed)}
        token_is_stale = bool(row.token) and not current.is_current(row.token)
        if not stale and not token_is_stale:
            return False
        row.secrets = row.secrets | {name: seal(row, name, unseal(row, name, sealed)) for name, sealed in stale.items()}
        if token_is_stale:
            row.token = seal(row, TOKEN, unseal(row, TOKEN, row.token))
        row.save(update_fields=["secrets", "token"])
    return True


def forget_token(row: Credential) -> None:
    """Back to before any sign-in; whoever is refreshing now will find that the generation moved."""
    row.token, row.expires_at, row.token_since = "", None, None
    row.generation += 1
    row.lease_owner, row.lease_since, row.lease_until = "", None, None
    row.lost_at, row.fruitless = None, 0


def credential_of(connection: Connection) -> Credential:
    """The connection's credential row, made on first use."""
    row, _ = Credential.everywhere.get_or_create(connection=connection, defaults={"tenant_id": connection.tenant_id})
    return row


def _row_of(connection: Connection) -> Credential:
    credential_of(connection)
    return Credential.everywhere.select_for_update().get(connection=connection)


def _holds(row: Credential, name: str, value: str) -> bool:
    """True if exactly this is stored already; what cannot be opened any more counts as not stored."""
    if name not in row.secrets:
        return False
    try:
        return unseal(row, name, row.secrets[name]) == value and box().is_current(row.secrets[name])
    except CannotOpen:
        return False


def _bound_to(row: Credential, field: str) -> str:
    return f"credential|{row.pk}|{field}|{row.tenant_id}"
