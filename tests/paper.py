"""A source and a ledger on paper: the ports in memory, with dials, for tests of the engine alone.

The conformance suites hold real adapters to the same ports; journeys use real HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connectors.port.capabilities import Capabilities, TextLimits
from connectors.port.connector import Connector, Endpoints, Opening, RatePlan, Role, SignIn, Token
from connectors.port.drafts import Bill, Draft, Operation, VendorCredit, draft_kind, from_data, to_data
from connectors.port.errors import Code, ConnectorError, Refused, TryLater, Uncertain
from connectors.port.ledger import Booked, Composition, KeyedDraft, Lookup, Outcome
from connectors.port.records import Gone, Record, RecordKind, Requisition, RequisitionLine, Standing
from connectors.port.refs import Kind, Reference
from connectors.port.source import Health, Hint, SourceTotal
from onecore.lib.text import shorten

START = datetime(2026, 10, 1, 12, tzinfo=UTC)


@dataclass
class Sheet:
    """Everything the two pretend sides know, and the dials."""

    records: dict[str, Requisition] = field(default_factory=dict)
    references: dict[tuple[str, Kind], list[Reference]] = field(default_factory=dict)
    booked: dict[str, Booked] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    seen_keys: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    before_send: list[ConnectorError] = field(default_factory=list)  # raised instead of sending, first one first
    after_store: list[ConnectorError] = field(default_factory=list)  # raised after everything was stored
    refuse: dict[str, ConnectorError] = field(default_factory=dict)  # bill number -> its answer
    find_fails: list[ConnectorError] = field(default_factory=list)
    read_fails: list[ConnectorError] = field(default_factory=list)
    invisible: bool = False  # stored, but not shown by look-ups
    next_ref: int = 1000

    def bills(self) -> list[Booked]:
        return [booked for booked in self.booked.values() if not booked.void]


SHEET = Sheet()  # a fresh one each test: see tests.world.paper_world


class PaperSource:
    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.skipped: dict[str, str] = {}

    def check(self) -> Health:
        return Health("Paper Builders", "77", "USD", "America/Los_Angeles")

    def references(self, kind: Kind, since: datetime | None = None) -> Iterator[Reference]:
        SHEET.calls.append(f"source references {kind}")
        yield from SHEET.references.get(("source", kind), [])

    def changes(self, kind: RecordKind, *, since: datetime | None, scope: Sequence[str] = ()) -> Iterator[Record]:
        SHEET.calls.append("source changes")
        if SHEET.read_fails:
            raise SHEET.read_fails.pop(0)
        for record in list(SHEET.records.values()):
            if (since is None or record.updated_at >= since) and (not scope or record.project_ref in scope):
                yield record

    def read(self, kind: RecordKind, refs: Sequence[tuple[str, str]]) -> Iterator[Record | Gone]:
        SHEET.calls.append("source read")
        for source_id, _ in refs:
            yield SHEET.records.get(source_id) or Gone(kind, source_id)

    def totals(self, kind: RecordKind, *, scope: Sequence[str] = ()) -> Sequence[SourceTotal]:
        payable = [record for record in SHEET.records.values() if record.standing == Standing.PAYABLE]
        return [SourceTotal("USD", len(payable), sum((record.payable_net for record in payable), Decimal(0)))] if payable else []

    def hints(self, body: bytes) -> Sequence[Hint]:
        data = json.loads(body)
        return [Hint(data["id"], data["resource"], RecordKind.REQUISITION, "", data.get("project", ""), "77", None)]


class PaperLedger:
    def __init__(self, opening: Opening) -> None:
        self.opening = opening

    def check(self) -> Health:
        return Health("Paper Books", "BOOKS", "USD", "America/Los_Angeles")

    def references(self, kind: Kind, since: datetime | None = None) -> Iterator[Reference]:
        SHEET.calls.append(f"ledger references {kind}")
        yield from SHEET.references.get(("ledger", kind), [])

    def fit(self, draft: Draft) -> Draft:
        assert isinstance(draft, Bill | VendorCredit)
        return replace(draft, number=shorten(draft.number, 20))

    def find(self, lookups: Sequence[Lookup]) -> dict[str, list[Booked]]:
        SHEET.calls.append("find")
        if SHEET.find_fails:
            raise SHEET.find_fails.pop(0)
        if SHEET.invisible:
            return {}
        return {
            look.key: [b for b in SHEET.bills() if b.token == look.token or (b.vendor, b.number) == (look.vendor, look.number)] for look in lookups
        }

    def compose(self, drafts: Sequence[KeyedDraft], *, control: str) -> Composition:
        rows = [{"key": item.key, "operation": item.operation.value, "ref": item.ledger_ref, "draft": to_data(item.draft)} for item in drafts]
        return Composition(control, tuple(item.key for item in drafts), json.dumps(rows).encode())

    def send(self, composition: Composition, *, guard: Callable[[], None]) -> list[Outcome]:
        guard()
        SHEET.calls.append("send")
        SHEET.bodies.append(composition.body)
        if SHEET.before_send:
            raise SHEET.before_send.pop(0)
        outcomes = [self._one(row) for row in json.loads(composition.body)]
        if SHEET.after_store:
            raise SHEET.after_store.pop(0)
        return list(reversed(outcomes))

    def _one(self, row: dict[str, Any]) -> Outcome:
        draft = from_data(row["draft"])
        assert isinstance(draft, Bill | VendorCredit)
        if draft.number in SHEET.refuse:
            return Outcome(row["key"], error=SHEET.refuse[draft.number])
        if row["key"] in SHEET.seen_keys:
            return Outcome(row["key"], error=Refused("This control id was already used.", code=Code.ALREADY_DONE))
        SHEET.seen_keys.add(row["key"])
        if row["operation"] == Operation.VOID.value:
            SHEET.booked[row["ref"]] = replace(SHEET.booked[row["ref"]], void=True, state="Reversed")
            return Outcome(row["key"], booked=SHEET.booked[row["ref"]])
        ref = row["ref"] or str(SHEET.next_ref)
        SHEET.next_ref += 1
        SHEET.booked[ref] = Booked(
            ref, draft_kind(draft), draft.number, draft.vendor, draft.currency, draft.total, len(draft.lines), draft.token,
            "Draft" if draft.as_draft else "Posted", settled=not draft.as_draft,
        )  # fmt: skip
        SHEET.drafts[ref] = draft
        return Outcome(row["key"], booked=SHEET.booked[ref], request=f"create {draft.number}", answer=f"success {ref}")

    def read(self, kind: str, refs: Sequence[str]) -> list[Booked]:
        return [SHEET.booked[ref] for ref in refs if ref in SHEET.booked]

    def booked(self, kind: str, *, since: datetime | None = None) -> Iterator[Booked]:
        yield from (booked for booked in SHEET.booked.values() if booked.kind == kind)


def sign_in(*_: Any) -> Token:
    return Token("paper", 4_000_000_000.0)


_BOTH = frozenset({Operation.CREATE, Operation.AMEND, Operation.VOID})
PAPER_SOURCE = Connector(
    key="paper_source", label="Paper source", role=Role.SOURCE, signs_in_with=(SignIn.CLIENT_CREDENTIALS,), config=(),
    capabilities=Capabilities(references=frozenset(Kind), records=frozenset(RecordKind)), rate=RatePlan(), endpoints=Endpoints("https://paper.example"),
    open="tests.paper:PaperSource", sign_in="tests.paper:sign_in",
)  # fmt: skip
PAPER_LEDGER = Connector(
    key="paper_ledger", label="Paper ledger", role=Role.LEDGER, signs_in_with=(SignIn.SESSION,), config=(),
    capabilities=Capabilities(
        references=frozenset(Kind), drafts={"bill": _BOTH, "vendor_credit": _BOTH}, bills_have_drafts=True, gl_date_apart=True, vendor_credits=True,
        max_batch=100, verify_window_s=960, limits=TextLimits(20, 100, 100),
    ),
    rate=RatePlan(), endpoints=Endpoints("https://paper.example"), open="tests.paper:PaperLedger", sign_in="tests.paper:sign_in",
)  # fmt: skip


def line(ref: str = "L1", code: str = "cc1", to_date: str = "1000.00", retained: str = "0.00", **more: Any) -> RequisitionLine:
    """A schedule-of-values line, cumulative."""
    return RequisitionLine(
        line_ref=ref, line_id=f"i{ref}", cost_code_ref=code, cost_code=code.upper(), cost_type_ref="", cost_type="", description=f"Work on {ref}",
        scheduled_value=Decimal("100000"), completed_and_stored_to_date=Decimal(to_date), retainage_held_to_date=Decimal(retained), **more,
    )  # fmt: skip


def requisition(
    source_id: str = "1", *, number: int = 1, previous: str = "", due: str = "1000.00", lines: tuple[RequisitionLine, ...] | None = None, **more: Any
) -> Requisition:
    """An approved requisition of 1,000.00 USD on one line, unless told otherwise."""
    facts: dict[str, Any] = {
        "source_id": source_id,
        "project_ref": "p1",
        "project_name": "Harbour",
        "commitment_ref": "c1",
        "commitment_number": "SC-001",
        "vendor_ref": "v1",
        "vendor_name": "Coastal Formwork",
        "number": number,
        "invoice_number": f"INV-{source_id}",
        "previous_ref": previous,
        "status": "approved",
        "standing": Standing.PAYABLE,
        "currency": "USD",
        "billing_date": date(2026, 9, 30),
        "period_start": date(2026, 9, 1),
        "period_end": date(2026, 9, 30),
        "payment_date": None,
        "payable_net": Decimal(due),
        "tax_total": Decimal(0),
        "lines": lines if lines is not None else (line(),),
        "updated_at": START,
        "url": f"https://source.example/{source_id}",
    }
    return Requisition(**(facts | more))


def seed_references() -> None:
    """One of everything a requisition needs, on both sides."""

    def put(side: str, kind: Kind, *rows: Reference) -> None:
        SHEET.references[side, kind] = list(rows)

    put("source", Kind.PROJECT, Reference(Kind.PROJECT, "p1", "24-017", "Harbour"), Reference(Kind.PROJECT, "p2", "24-018", "Depot"))
    put("source", Kind.VENDOR, Reference(Kind.VENDOR, "v1", "", "Coastal Formwork"), Reference(Kind.VENDOR, "v2", "", "BinCo"))
    put(
        "source",
        Kind.PROJECT_COST_CODE,
        *(
            Reference(Kind.PROJECT_COST_CODE, code, code.upper(), f"Code {code}", parent=project)
            for project in ("p1", "p2")
            for code in ("cc1", "cc2", "cc9")
        ),
    )
    put(
        "ledger",
        Kind.ACCOUNT,
        Reference(Kind.ACCOUNT, "5010", "5010", "Subcontract cost"),
        Reference(Kind.ACCOUNT, "5020", "5020", "Material cost"),
        Reference(Kind.ACCOUNT, "2110", "2110", "Retainage payable"),
    )
    put("ledger", Kind.VENDOR, Reference(Kind.VENDOR, "V-1", "V-1", "Coastal Formwork"), Reference(Kind.VENDOR, "V-2", "V-2", "BinCo"))
    put("ledger", Kind.PROJECT, Reference(Kind.PROJECT, "P-17", "P-17", "Harbour"), Reference(Kind.PROJECT, "P-18", "P-18", "Depot"))


__all__ = [
    "PAPER_LEDGER", "PAPER_SOURCE", "SHEET", "START", "Booked", "Kind", "Reference", "TryLater", "Uncertain", "line", "replace", "requisition",
    "seed_references",
]  # fmt: skip
