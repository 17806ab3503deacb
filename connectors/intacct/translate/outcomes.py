"""From a request and its answer to what became of each member, matched by key and never by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.intacct.envelope import FunctionResult
from connectors.intacct.errors import function_failed
from connectors.kit.xml import Element, text_at
from connectors.port.errors import TryLater, Uncertain
from connectors.port.ledger import Booked, Outcome
from onecore.lib.money import ZERO

_KINDS = {"APBILL": "bill", "APADJUSTMENT": "vendor_credit", "VENDOR": "vendor"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What one function of a stored request asks for, read back from its bytes."""

    verb: str
    object: str
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
    return {found.get("controlid", ""): _plan(found[0]) for found in content}


def outcomes(keys: Sequence[str], plans: Mapping[str, Plan], results: Mapping[str, list[FunctionResult]]) -> list[Outcome]:
    """One outcome for every key; what was not answered, or answered twice and differently, is Uncertain."""
    return [_outcome(key, plans[key], results.get(key, [])) for key in keys]


def _plan(call: Element) -> Plan:
    verb = str(call.tag)
    if verb == "reverse_bill":
        return Plan(verb, "APBILL", ledger_ref=call.get("key", ""))
    if verb == "delete":
        return Plan(verb, text_at(call, "object"), ledger_ref=text_at(call, "keys"))
    if verb == "create_apadjustment":
        return Plan(verb, "APADJUSTMENT", as_draft=text_at(call, "action") == "Draft")
    subject = call[0]
    return Plan(verb, str(subject.tag), ledger_ref=text_at(subject, "RECORDNO"), as_draft=text_at(subject, "ACTION") == "Draft")


def _outcome(key: str, plan: Plan, results: Sequence[FunctionResult]) -> Outcome:
    if not results:
        return Outcome(key, error=Uncertain(f"Sage Intacct did not say what became of {plan.operation}. It may have been stored."))
    result = results[0]
    if any(other.status != result.status for other in results[1:]):
        return Outcome(key, error=Uncertain(f"Sage Intacct answered twice, and differently, to {plan.operation}."))
    if result.status == "aborted":
        return Outcome(key, error=TryLater("Sage Intacct carried out nothing of this request; it is sent again."))
    if result.status == "failure":
        return Outcome(key, error=function_failed(result.errors, subject=plan.object))
    if result.status != "success":
        return Outcome(
            key, error=Uncertain(f"Sage Intacct answered {result.status or 'nothing'!r} to {plan.operation}, which is neither yes nor no.")
        )
    return _done(key, plan, result)


def _done(key: str, plan: Plan, result: FunctionResult) -> Outcome:
    row = result.rows[0] if result.rows else {}
    natural = row.get("VENDORID", "") if plan.object == "VENDOR" else row.get("RECORDNO", "")
    reference = plan.ledger_ref if plan.voids else natural or result.key or plan.ledger_ref  # a reversal is a record of its own
    if not reference:
        return Outcome(key, error=Uncertain(f"Sage Intacct carried out {plan.operation}, but gave no record number. It is looked up."))
    booked = Booked(
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
    return Outcome(key, booked=booked)
