"""What shall become of one Document now? Pure: the same answer for a real run and for a dry one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.port.capabilities import Capabilities
from connectors.port.drafts import Draft, Operation, VendorDraft, build, draft_kind, from_data, to_data
from connectors.port.errors import Misfit
from connectors.port.ledger import Ledger
from connectors.port.records import Requisition, Standing
from connectors.sync.flows import FlowSpec
from connectors.sync.models import Document
from connectors.sync.reasons import reason_for
from connectors.sync.recipes.outcome import Prepared, Stop
from connectors.sync.recipes.question import Choices, Meaning, Opened, Question
from connectors.sync.recipes.requisitions import EARLIEST
from connectors.sync.states import DocumentState
from onecore.lib.money import exact


@dataclass(frozen=True, slots=True)
class Dormant:
    """Nothing to book: not approved, or gone before it was posted."""

    state: DocumentState


@dataclass(frozen=True, slots=True)
class Leave:
    """The ledger already holds exactly this."""


@dataclass(frozen=True, slots=True)
class Post:
    """Ask the ledger for this. `waits_for`: the Document that must be posted first."""

    operation: Operation
    draft: Draft
    rules: tuple[dict[str, Any], ...]
    waits_for: Document | None
    gated: bool


Verdict = Dormant | Leave | Post | Stop


@dataclass(frozen=True, slots=True)
class Bench:
    """What all documents of one integration are judged by."""

    spec: FlowSpec
    ledger: Ledger
    capabilities: Capabilities
    policy: Any
    choices: Choices
    meaning: Meaning
    start_date: date | None
    today: date


def judge(
    document: Document, *, previous: Document | None, opened: Opened | None, posted_draft: dict[str, Any] | None, token: str, bench: Bench
) -> Verdict:
    """The verdict on one document. `posted_draft`: what the ledger was last asked to hold, as stored."""
    if document.skipped_by:
        return Stop("skipped", document.skip_reason, skip=True)  # a person left this very version out
    if document.ledger_ref and document.settled_digest == document.digest:
        return Leave()  # a person said that the ledger was put right by hand for this very version
    record: Requisition = build(bench.spec.record_type, document.record)
    if document.gone_at or record.standing != Standing.PAYABLE:
        return _not_due(document, record, posted_draft, bench)
    if _before_start(document, bench.start_date):
        return Stop("before_start", f"Dated before the start date, {bench.start_date}.", skip=True)
    result = bench.spec.recipe(_question(document, record, previous, opened=opened, token=token, bench=bench))
    if isinstance(result, Stop):
        return result
    try:
        draft = bench.ledger.fit(result.draft)
    except Misfit as misfit:
        return Stop(reason_for(misfit.code), misfit.message, "Correct it in the source.", "source", {"field": misfit.field_name})
    if document.ledger_ref:
        return _amend(document, draft, result, posted_draft, bench)
    return Post(Operation.CREATE, draft, result.rules, waits_for=_predecessor(previous, bench), gated=_is_gated(document, bench))


def _question(document: Document, record: Requisition, previous: Document | None, *, opened: Opened | None, token: str, bench: Bench) -> Question:
    return Question(
        record=record,
        previous=build(bench.spec.record_type, previous.record) if previous else None,
        previous_stop=_previous_stop(record, previous),
        before_start=bool(previous and _before_start(previous, bench.start_date)),
        opened=opened,
        meaning=bench.meaning,
        choices=bench.choices,
        token=token,
        kept_number=document.ledger_number,
        gl_date_moved_to=document.gl_date_moved_to,
        payable_since=(document.payable_since.date() if document.payable_since else bench.today),
        today=bench.today,
    )


def _previous_stop(record: Requisition, previous: Document | None) -> str:
    if not record.previous_ref:
        return ""
    if previous is None:
        return f"The invoice before it (source id {record.previous_ref}) cannot be seen, so this period cannot be counted."
    if previous.sequence >= record.number:
        return f"The source names {previous.title} as the invoice before this one, but it comes after it, so this period cannot be counted."
    if previous.gone_at:
        return f"The invoice before it, {previous.title}, is gone in the source, so this period cannot be counted."
    if previous.record.get("standing") != Standing.PAYABLE.value:
        status = previous.record.get("status", "open")
        return f"The invoice before it, {previous.title}, is not approved (it is {status}), so this period cannot be counted."
    return ""


def _before_start(document: Document, start_date: date | None) -> bool:
    """A date that cannot be right is no reason to leave an invoice out: a mistyped year is held instead."""
    dated = document.document_date
    return bool(start_date and dated and EARLIEST <= dated < start_date and not document.ledger_ref)


def _predecessor(previous: Document | None, bench: Bench) -> Document | None:
    if (
        previous is None
        or previous.state in {DocumentState.POSTED, DocumentState.SKIPPED, DocumentState.GONE}
        or _before_start(previous, bench.start_date)
    ):
        return None
    return previous


def _is_gated(document: Document, bench: Bench) -> bool:
    gate = bench.policy.approval_gate
    if gate == "none" or document.released_digest == document.digest:
        return False
    return gate == "each" or abs(document.amount) > (bench.policy.gate_amount or 0)


def _not_due(document: Document, record: Requisition, posted_draft: dict[str, Any] | None, bench: Bench) -> Verdict:
    gone = bool(document.gone_at)
    if not document.ledger_ref:
        return Dormant(DocumentState.GONE if gone else DocumentState.DORMANT)
    choice = bench.policy.source_deletion
    if choice == "ignore":
        return Leave()
    reason = "gone_after_posting" if gone else "withdrawn_after_posting"
    what = "was deleted in the source" if gone else f"is no longer approved in the source (it is {record.status})"
    if choice == "hold" or posted_draft is None:
        held = f"It {what}, but the ledger holds it as {document.ledger_number or document.ledger_ref}."
        return Stop(reason, held, "Decide: void it in the ledger, or leave it there with a reason.", f"document:{document.source_id}")
    return Post(Operation.VOID, from_data(posted_draft), (), waits_for=None, gated=False)


def _amend(document: Document, draft: Draft, result: Prepared, posted_draft: dict[str, Any] | None, bench: Bench) -> Verdict:
    if posted_draft is not None and to_data(draft) == posted_draft:
        return Leave()
    allowed = bench.policy.amend != "never" and Operation.AMEND in bench.capabilities.drafts.get(draft_kind(draft), frozenset())
    if allowed and document.ledger_kind == draft_kind(draft):
        return Post(Operation.AMEND, draft, result.rules, waits_for=None, gated=_is_gated(document, bench))
    where = document.ledger_number or document.ledger_ref
    return Stop(
        "changed_after_posting",
        f"It changed after it was posted as {where}: {_was(document)} before, {exact(amount_of(draft), document.currency)} now.",
        "Change it in the ledger by hand and mark it settled here, or allow amending on the policy page.",
        "policy",
    )


def _was(document: Document) -> str:
    return exact(document.posted_amount or Decimal(0), document.currency)


def amount_of(draft: Draft) -> Decimal:
    """What a draft does to the amount owed: a vendor does nothing."""
    return Decimal(0) if isinstance(draft, VendorDraft) else draft.total
