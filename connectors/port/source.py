"""The port of a source: where documents come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from .records import Gone, Record, RecordKind
from .refs import Kind, Reference


@dataclass(frozen=True, slots=True)
class Health:
    """The answer to "can we work with it?". `organisation` is the remote company's own name and id, for a person to confirm."""

    organisation: str
    organisation_id: str
    currency: str = ""
    time_zone: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceTotal:
    """The source's own total of what is payable, per currency: the left side of the reconciliation."""

    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Hint:
    """What a webhook delivery is about, coalesced by (`record`, `project_ref`). Only a hint: the source is read again.

    `event_id` tells duplicates; `ours` is True where the sender says that our own application caused it.
    `record` None: a resource we do not follow; stored and counted, nothing more. `source_id` "" : poll the scope.
    """

    event_id: str
    resource: str
    record: RecordKind | None
    source_id: str
    project_ref: str
    company_ref: str
    happened_at: datetime | None
    deleted: bool = False
    ours: bool = False


class Source(Protocol):
    """What the engine asks of a source. Methods raise ConnectorError; iterators read page by page.

    `skipped`: project id to the reason why the last `changes` left it out (no longer visible to us); the run tells it.
    """

    skipped: Mapping[str, str]

    def check(self) -> Health: ...

    def references(self, kind: Kind, since: datetime | None = None) -> Iterator[Reference]: ...

    def changes(self, kind: RecordKind, *, since: datetime | None, scope: Sequence[str] = ()) -> Iterator[Record]:
        """Whole records changed at or after `since` (all of them without one), every status, the overlap the system needs
        included: the same record may come twice. `scope`: project ids to look at, () for all active ones. Order is free."""
        ...

    def read(self, kind: RecordKind, refs: Sequence[tuple[str, str]]) -> Iterator[Record | Gone]:
        """The records now, for (source id, project id) pairs; Gone for those that no longer exist."""
        ...

    def totals(self, kind: RecordKind, *, scope: Sequence[str] = ()) -> Sequence[SourceTotal]:
        """What the source itself says is payable, read anew."""
        ...

    def hints(self, body: bytes) -> Sequence[Hint]:
        """What one webhook delivery is about. Raises Refused for a body that is none."""
        ...
