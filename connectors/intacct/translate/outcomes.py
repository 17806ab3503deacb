"""From a request and its answer to what became of each member, matched by key and never by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.intacct.envelope import FunctionResult
from connectors.intacct.errors import function_failed
from connectors.kit.xml import Element, canonical, text_at
from connectors.port.errors import ConnectorError, TryLater, Uncertain
from connectors.port.ledger import Booked, Outcome
from onecore.lib.money import ZERO
from onecore.lib.redact import redact_text

SHOWN_CHARACTERS = 32_000
_KINDS = {"APBILL": "bill", "APADJUSTMENT": "vendor_credit", "VENDOR": "vendor"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What one function of a stored request asks for, read back from its bytes."""

    verb: str
    object: str
    sent: str  # the function as the audit trail keeps it
    ledger_ref: str = ""
    as_draft: bool = False

    @property
    def operation(self) -> str:
        return f"{self.verb} {self.object}"

    @property
    def voids(self) -> bool:
        return self.verb in {"delete", "reverse_bill"}


def planned(content: Element) -> dict[str, Plan]:
    """The functions of a request by their control id."""
    return {found.get("controlid", ""): _plan(found) for found in content}


def outcomes(keys: Sequence[str], plans: Mapping[str, Plan], results: Mapping[str, list[FunctionResult]]) -> list[Outcome]:
    """One outcome for every key; what was not answered, or answered twice and differently, is Uncertain."""
    return [_outcome(key, plans[key], results.get(key, [])) for key in keys]


def _plan(found: Element) -> Plan:
    call, sent = found[0], shown(found)
    verb = str(call.tag)
    if verb == "reverse_bill":
        return Plan(verb, "APBILL", sent, ledger_ref=call.get("key", ""))
    if verb == "delete":
        return Plan(verb, text_at(call, "object"), sent, ledger_ref=text_at(call, "keys"))
    if verb == "create_apadjustment":
        return Plan(verb, "APADJUSTMENT", sent, as_draft=text_at(call, "action") == "Draft")
    subject = call[0]
    return Plan(verb, str(subject.tag), sent, ledger_ref=text_at(subject, "RECORDNO"), as_draft=text_at(subject, "ACTION") == "Draft")


def shown(element: Element) -> str:
    """An element as the audit trail keeps it: redacted, and cut where it is very long."""
    text = redact_text(canonical(element).decode())
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _outcome(key: str, plan: Plan, results: Sequence[FunctionResult]) -> Outcome:
    answer = "\n".join(shown(result.element) for result in results if result.element is not None)
    made = _became(plan, results)
    if isinstance(made, Booked):
        return Outcome(key, booked=made, request=plan.sent, answer=answer)
    return Outcome(key, error=made, request=plan.sent, answer=answer)


def _became(plan: Plan, results: Sequence[FunctionResult]) -> Booked | ConnectorError:
    if not results:
        return Uncertain(f"Sage Intacct did not say what became of {plan.operation}. It may have been stored.")
    result = results[0]
    if any(other.status != result.status for other in results[1:]):
        return Uncertain(f"Sage Intacct answered twice, and differently, to {plan.operation}.")
    if result.status == "aborted":
        return TryLater("Sage Intacct carried out nothing of this request; it is sent again.")
    if result.status == "failure":
        return function_failed(result.errors, subject=plan.object)
    if result.status != "success":
        said = result.status or "nothing"
        return Uncertain(f"Sage Intacct answered {said!r} to {plan.operation}: neither yes nor no.")
    return _done(plan, result)


def _done(plan: Plan, result: FunctionResult) -> Booked | ConnectorError:
    row = result.rows[0] if result.rows else {}
    natural = row.get("VENDORID", "") if plan.object == "VENDOR" else row.get("RECORDNO", "")
    # A reversal is a record of its own: what was voided keeps its number.
    reference = plan.ledger_ref if plan.voids else natural or result.key or plan.ledger_ref
    if not reference:
        return Uncertain(f"Sage Intacct carried out {plan.operation}, but gave no record number. It is looked up.")
    return Booked(
        ledger_ref=reference,
        kind=_KINDS.get(plan.object, ""),
        number="",
        vendor=natural if plan.object == "VENDOR" else "",
        currency="",
        total=ZERO,
        line_count=0,
        token="",
        state="Draft" if plan.as_draft else "",
        settled=not plan.as_draft,
        void=plan.voids,
        url=row.get("RECORD_URL", ""),
    )
