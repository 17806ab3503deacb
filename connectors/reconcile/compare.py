"""Compare both sides document by document and say why they differ. Pure but for the rows handed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from connectors.port.ledger import Booked
from connectors.reconcile.collect import Sides, SourceLine
from connectors.sync.models import Document
from connectors.sync.states import DocumentState
from onecore.lib.money import ZERO

AGREE, HELD, ON_ITS_WAY, SKIPPED = "agrees", "held", "on its way", "skipped"
MISSING, AMOUNT, TWICE, NOT_AT_SOURCE, UNSEEN = "missing in the ledger", "amount differs", "booked twice", "not payable at the source", "not read yet"
EXPLAINED = {AGREE, HELD, ON_ITS_WAY, SKIPPED, UNSEEN}


@dataclass(frozen=True, slots=True)
class Line:
    """One document, both amounts, and the class of their difference."""

    title: str
    source_id: str
    project: str
    currency: str
    source_amount: Decimal
    ledger_amount: Decimal
    ledger_refs: tuple[str, ...]
    verdict: str
    why: str = ""

    @property
    def difference(self) -> Decimal:
        return self.source_amount - self.ledger_amount


@dataclass
class Sum:
    """One currency of one flow (or of one project in it)."""

    documents: int = 0
    posted: int = 0
    held: int = 0
    skipped: int = 0
    waiting: int = 0
    source_total: Decimal = ZERO
    ledger_total: Decimal = ZERO
    held_total: Decimal = ZERO
    skipped_total: Decimal = ZERO
    waiting_total: Decimal = ZERO

    def add(self, line: Line) -> None:
        self.documents += bool(line.verdict != NOT_AT_SOURCE)
        self.source_total += line.source_amount
        self.ledger_total += line.ledger_amount
        if line.verdict == HELD:
            self.held, self.held_total = self.held + 1, self.held_total + line.difference
        elif line.verdict == SKIPPED:
            self.skipped, self.skipped_total = self.skipped + 1, self.skipped_total + line.difference
        elif line.verdict in {ON_ITS_WAY, UNSEEN}:
            self.waiting, self.waiting_total = self.waiting + 1, self.waiting_total + line.difference
        elif line.ledger_refs:
            self.posted += 1

    @property
    def unexplained(self) -> Decimal:
        """What no hold, skip or way explains: zero when both sides agree."""
        return self.source_total - self.ledger_total - self.held_total - self.skipped_total - self.waiting_total


@dataclass
class Comparison:
    """The answer: every document, sums per currency and per project."""

    lines: list[Line] = field(default_factory=list)
    sums: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    projects: dict[tuple[str, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    source_says: dict[str, tuple[int, Decimal]] = field(default_factory=dict)

    @property
    def differences(self) -> list[Line]:
        return [line for line in self.lines if line.verdict not in EXPLAINED]

    @property
    def agrees(self) -> bool:
        """True if every difference has a reason and the source's own total is the sum of its documents."""
        return not self.differences and not any(total.unexplained for total in self.sums.values()) and self.totals_agree

    @property
    def totals_agree(self) -> bool:
        counted = {currency: (total.documents, total.source_total) for currency, total in self.sums.items() if total.documents}
        return not self.source_says or counted == self.source_says


def compare(sides: Sides, documents: Iterable[Document], *, reasons: dict[int, str], period: tuple[date, date] | None = None) -> Comparison:
    """`reasons`: document id to the sentence of its open hold. `period`: first and last day, by the document's own date."""
    rows = {document.source_id: document for document in documents}
    comparison = Comparison()
    known_tokens = set()
    for line in sides.source:
        known_tokens.add(line.token)
        if period is None or (line.dated and period[0] <= line.dated <= period[1]):
            _add(comparison, _judged(line, sides.ledger.get(line.token, []), rows.get(line.source_id), reasons))
    for token, booked in sides.ledger.items():
        if token not in known_tokens and period is None:
            _add(comparison, _stray(booked))
    if period is None:
        comparison.source_says = {total.currency: (total.count, total.amount) for total in sides.totals if total.count}
    return comparison


def _add(comparison: Comparison, line: Line) -> None:
    comparison.lines.append(line)
    comparison.sums[line.currency].add(line)
    comparison.projects[line.project, line.currency].add(line)


def _judged(line: SourceLine, booked: list[Booked], row: Document | None, reasons: dict[int, str]) -> Line:
    amount = sum((item.total for item in booked), ZERO)
    verdict, why = _verdict(line, booked, amount, row, reasons)
    refs = tuple(item.ledger_ref for item in booked)
    return Line(line.title, line.source_id, line.project, line.currency, line.amount, amount, refs, verdict, why)


def _verdict(line: SourceLine, booked: list[Booked], amount: Decimal, row: Document | None, reasons: dict[int, str]) -> tuple[str, str]:
    if len(booked) > 1:
        return TWICE, f"The ledger holds it {len(booked)} times."
    if booked and amount == line.amount:
        return AGREE, ""
    if row is None:
        return UNSEEN, "The next run reads it."
    if row.state == DocumentState.HELD:
        return HELD, reasons.get(row.pk, "")
    if row.state in {DocumentState.QUEUED, DocumentState.PENDING}:
        return ON_ITS_WAY, "It is being posted."
    if row.state == DocumentState.SKIPPED:
        return SKIPPED, row.skip_reason
    if row.digest != row.posted_digest or row.state == DocumentState.DORMANT:
        return ON_ITS_WAY, "It changed at the source since it was last read."
    return (AMOUNT, "Changed in the ledger.") if booked else (MISSING, "It was posted, but the ledger no longer shows it.")


def _stray(booked: list[Booked]) -> Line:
    total = sum((item.total for item in booked), ZERO)
    refs = tuple(item.ledger_ref for item in booked)
    return Line(
        booked[0].number,
        "",
        "",
        booked[0].currency,
        ZERO,
        total,
        refs,
        NOT_AT_SOURCE,
        "The ledger holds it, but the source does not say it is payable.",
    )
