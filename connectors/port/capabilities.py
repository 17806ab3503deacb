"""What a system can do, as data. Ask this instead of asking which system it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from .drafts import Operation
from .records import RecordKind
from .refs import Kind


@dataclass(frozen=True, slots=True)
class TextLimits:
    """Longest texts a ledger stores, in characters."""

    bill_number: int
    description: int
    line_memo: int
    vendor_id: int = 20


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One connector's abilities. Empty or False means: does not exist there, and the screen says so."""

    references: frozenset[Kind]
    records: frozenset[RecordKind] = frozenset()  # sources: what can be read and polled
    drafts: dict[str, frozenset[Operation]] = field(default_factory=dict)  # ledgers: draft kind -> operations
    dimensions: frozenset[Kind] = frozenset()  # ledgers: what a line can carry beside its account
    bills_have_drafts: bool = False
    gl_date_apart: bool = False  # a posting date beside the bill date
    vendor_credits: bool = False
    webhooks: frozenset[str] = frozenset()  # resource names it can announce
    max_batch: int = 1  # drafts in one request
    verify_window_s: float = 120.0  # how long a lost write may still appear after it was sent
    limits: TextLimits | None = None
    not_here: dict[str, str] = field(default_factory=dict)  # flow or ability -> why it does not exist in this system
