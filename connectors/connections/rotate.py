"""Re-encrypt every credential with the current key, while the system runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from onecore.lib.secretbox import CannotOpen

from . import vault
from .models import Credential


@dataclass
class Rotation:
    """What became of the credentials: resealed, already current, and those no key opens."""

    resealed: int = 0
    current: int = 0
    unreadable: list[dict[str, object]] = field(default_factory=list)


def rotate() -> Rotation:
    """One short transaction a row, so that nobody waits. May be stopped and started again at any time."""
    result = Rotation()
    for row in _rows():
        try:
            changed = vault.reseal(row.pk)
        except CannotOpen as problem:
            result.unreadable.append({"connection": row.connection.name, "tenant": row.connection.tenant.slug, "why": str(problem)})
            continue
        except Credential.DoesNotExist:  # deleted meanwhile
            continue
        result.resealed += changed
        result.current += not changed
    return result


def stale_or_unreadable() -> tuple[int, list[str]]:
    """How many credentials an older key sealed, and a sentence for each that no key opens. Changes nothing."""
    stale, unreadable, current = 0, [], vault.box()
    for row in _rows():
        try:
            sealed = {**row.secrets, **({vault.TOKEN: row.token} if row.token else {})}
            for name, text in sealed.items():
                vault.unseal(row, name, text)
        except CannotOpen as problem:
            unreadable.append(f"The credentials of {row.connection} ({row.connection.tenant}) cannot be read: {problem}.")
            continue
        stale += any(not current.is_current(text) for text in sealed.values())
    return stale, unreadable


def _rows() -> Iterator[Credential]:
    return Credential.everywhere.select_related("connection", "connection__tenant").order_by("pk").iterator(chunk_size=200)
