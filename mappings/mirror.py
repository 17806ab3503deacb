"""Mirror a remote list. What did not change costs no write; what is no longer listed becomes inactive, never deleted."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from mappings.models import Reference
from onecore.lib import clock
from onecore.lib.digest import digest, plain_data
from onecore.lib.text import folded, one_line, strip_forbidden

_BLOCK = 1000
_ID_LIMIT = 255
_FIELDS = ["code", "name", "active", "selectable", "why_not", "attributes", "search_text", "digest", "seen_at", "vanished_at"]

Key = tuple[str, str]  # parent, remote id


class MirrorRow(Protocol):
    """What a remote list yields, one row at a time."""

    @property
    def remote_id(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def selectable(self) -> bool: ...
    @property
    def why_not(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def attributes(self) -> Mapping[str, Any]: ...


@dataclass(slots=True)
class MirrorResult:
    """How many rows were new, changed, unchanged, and no longer listed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    digest: str
    vanished: bool


def mirror(
    connection: Any,
    kind: str,
    rows: Iterable[MirrorRow],
    *,
    complete: bool = True,
    within: Iterable[str] | None = None,
    now: datetime | None = None,
) -> MirrorResult:
    """Bring our rows of one list in line with `rows`.

    `complete`: the list was read to the end, so what is missing has vanished; pass False for "changed since" reads.
    `within`: only these parents were read (the projects asked for), so only their rows can vanish.
    """
    now = now or clock.utcnow()
    kind = str(kind)
    known = _known(connection, kind)
    result, seen = MirrorResult(), set[Key]()
    stream = iter(rows)
    while block := list(itertools.islice(stream, _BLOCK)):
        with transaction.atomic():
            _write_block({_key(row): row for row in block}, connection=connection, kind=kind, known=known, seen=seen, result=result, now=now)
    if complete:
        parents = None if within is None else set(map(str, within))
        gone = [old.id for key, old in known.items() if key not in seen and not old.vanished and (parents is None or key[0] in parents)]
        result.vanished = len(gone)
        _mark_vanished(gone, now=now)
    return result


def _known(connection: Any, kind: str) -> dict[Key, _Known]:
    rows = Reference.everywhere.filter(connection_id=connection.pk, kind=kind).values_list("parent", "remote_id", "id", "digest", "vanished_at")
    return {(parent, remote_id): _Known(row_id, mark, vanished is not None) for parent, remote_id, row_id, mark, vanished in rows.iterator()}


def _write_block(
    block: dict[Key, MirrorRow], *, connection: Any, kind: str, known: dict[Key, _Known], seen: set[Key], result: MirrorResult, now: datetime
) -> None:
    new: list[Reference] = []
    changed: list[Reference] = []
    for key, row in block.items():
        first_time = key not in seen  # a list that shifts while it is paged shows a row twice
        seen.add(key)
        fresh = _as_reference(row, key=key, connection=connection, kind=kind, now=now)
        old = known.get(key)
        if old is None:
            new.append(fresh)
        elif old.digest != fresh.digest or old.vanished:
            fresh.pk = old.id
            changed.append(fresh)
            known[key] = _Known(old.id, fresh.digest, vanished=False)
        elif first_time:
            result.unchanged += 1
    if new:
        for row in Reference.everywhere.bulk_create(new, batch_size=_BLOCK):
            known[(row.parent, row.remote_id)] = _Known(row.pk, row.digest, vanished=False)
    if changed:
        Reference.everywhere.bulk_update(changed, _FIELDS, batch_size=_BLOCK)
    result.new += len(new)
    result.changed += len(changed)


def _key(row: MirrorRow) -> Key:
    remote_id = strip_forbidden(str(row.remote_id)).strip()
    if not remote_id or len(remote_id) > _ID_LIMIT:
        raise ValueError(f"A list row has an unusable id {remote_id[:40]!r}: ids are 1 to {_ID_LIMIT} characters.")
    return strip_forbidden(str(row.parent)).strip(), remote_id


def _as_reference(row: MirrorRow, *, key: Key, connection: Any, kind: str, now: datetime) -> Reference:
    code, name = one_line(row.code)[:_ID_LIMIT], one_line(row.name)
    facts = {
        "code": code,
        "name": name,
        "active": bool(row.active),
        "selectable": bool(row.selectable),
        "why_not": one_line(row.why_not).rstrip("."),  # it is quoted inside sentences
        "attributes": plain_data(dict(row.attributes)),
    }
    return Reference(
        tenant_id=connection.tenant_id,
        connection_id=connection.pk,
        kind=kind,
        parent=key[0],
        remote_id=key[1],
        search_text=folded(f"{code} {name}"),
        digest=digest(facts),
        seen_at=now,
        vanished_at=None,
        **facts,
    )


def _mark_vanished(ids: list[int], *, now: datetime) -> None:
    for start in range(0, len(ids), _BLOCK // 2):
        Reference.everywhere.filter(pk__in=ids[start : start + _BLOCK // 2]).update(active=False, vanished_at=now, seen_at=now)
