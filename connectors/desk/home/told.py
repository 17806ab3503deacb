"""What the first page tells, in words and amounts: plain data, nothing to compute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onecore.lib.money import Money as Amount


@dataclass(frozen=True, slots=True)
class HeldReason:
    """One reason in one currency. `share`: per cent of the largest in that currency, for the bar."""

    title: str
    who: str
    documents: int
    amount: Amount
    since: datetime
    address: str
    share: int


@dataclass(frozen=True, slots=True)
class Needy:
    """A connection that waits for a person."""

    name: str
    status: str
    sentence: str
    address: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    label: str
    count: int
    address: str
    required: bool


@dataclass(frozen=True, slots=True)
class LastRun:
    """How a flow stands and how its newest run ended."""

    integration: str
    flow: str
    standing: str
    at: datetime | None
    state: str
    sentence: str
    address: str


@dataclass(frozen=True, slots=True)
class Oldest:
    """The approved document that waits longest."""

    title: str
    integration: str
    state: str
    amount: Amount
    approved: datetime
    address: str
    late: bool


@dataclass(frozen=True, slots=True)
class MoneyOf:
    """One integration in one currency. Shares are whole per cents of the three together, by size."""

    integration: str
    posted: Amount
    moving: Amount
    held: Amount
    posted_share: int
    moving_share: int
    held_share: int
    address: str


@dataclass(frozen=True, slots=True)
class Board:
    held: tuple[HeldReason, ...]
    held_documents: int
    held_money: tuple[Amount, ...]
    needy: tuple[Needy, ...]
    unmapped: tuple[Unmapped, ...]
    runs: tuple[LastRun, ...]
    oldest: Oldest | None
    money: tuple[MoneyOf, ...]
    worker_seen: datetime | None
    worker_silent: bool
    now: datetime
