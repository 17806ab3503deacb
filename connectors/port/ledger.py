"""The port of a ledger: where documents are booked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from .drafts import Draft, Operation
from .errors import ConnectorError
from .refs import Kind, Reference
from .source import Health


@dataclass(frozen=True, slots=True)
class KeyedDraft:
    """A Draft with its idempotency key (stored before sending) and what to do with it.

    `ledger_ref` is the booked document's id, for amend and void. `void_date` dates a reversal.
    """

    key: str
    operation: Operation
    draft: Draft
    ledger_ref: str = ""
    void_date: date | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """A document as the ledger holds it now. `total` in its currency, signed by effect on what is owed.

    `state` is the ledger's own word; `settled` False while it is only a draft there; `void` True once reversed.
    """

    ledger_ref: str
    kind: str  # draft kind: bill, vendor_credit, vendor
    number: str
    vendor: str
    currency: str
    total: Decimal
    line_count: int
    token: str
    state: str
    settled: bool = True
    void: bool = False
    paid: Decimal = Decimal(0)
    url: str = ""
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where one Draft would be found: by its natural key (vendor + number) and our token."""

    key: str
    kind: str
    vendor: str
    number: str
    token: str


@dataclass(frozen=True, slots=True)
class Composition:
    """The content of one request, without any credential: stored before it is sent and resent byte for byte.

    `body` is opaque to the engine. `keys` in the order of the body. `control` names the request to the remote.
    """

    control: str
    keys: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one member of a request: exactly one of `booked` and `error`.

    A `booked` of a create may carry only what the answer told (ledger_ref); `void` operations answer with `void=True`.
    `request` and `answer`: this member's own part of the exchange, redacted, for the audit trail.
    """

    key: str
    booked: Booked | None = None
    error: ConnectorError | None = None
    request: str = ""
    answer: str = ""


class Ledger(Protocol):
    """What the engine asks of a ledger. Methods raise ConnectorError."""

    def check(self) -> Health: ...

    def references(self, kind: Kind, since: datetime | None = None) -> Iterator[Reference]: ...

    def fit(self, draft: Draft) -> Draft:
        """The draft as this ledger can store it (deterministic shortening, forbidden characters gone). Pure.
        Raises Misfit where shortening would change meaning (amount too large, currency unknown, no lines)."""
        ...

    def find(self, lookups: Sequence[Lookup]) -> dict[str, list[Booked]]:
        """What the ledger holds for each lookup (by its key), paged to the end, reversed documents left out; one block
        query for many. A candidate is anything with that natural key or that token."""
        ...

    def compose(self, drafts: Sequence[KeyedDraft], *, control: str) -> Composition:
        """The request for these drafts. Pure and deterministic; at most `max_batch` drafts."""
        ...

    def send(self, composition: Composition, *, guard: Callable[[], None]) -> list[Outcome]:
        """Send, and answer for every key, matched by key and not by position; a missing answer is Uncertain.
        `guard` is called right before the bytes leave and raises if the caller's lease is over. Raises ConnectorError
        only where the whole request failed; anything after the bytes left that is not a clear answer is Uncertain."""
        ...

    def read(self, kind: str, refs: Sequence[str]) -> list[Booked]:
        """The documents as they stand, missing ones left out; blocks, not one call each."""
        ...

    def booked(self, kind: str, *, since: datetime | None = None) -> Iterator[Booked]:
        """Everything of that kind that carries one of our tokens, newest state: the right side of the reconciliation."""
        ...
