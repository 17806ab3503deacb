"""Say what a ledger's clear no means for the person who must mend it, and where."""

from __future__ import annotations

from typing import Any

from connectors.port.errors import ConnectorError
from connectors.sync.models import Posting
from connectors.sync.reasons import REASONS, reason_for
from connectors.sync.recipes.outcome import Stop

_ADVICE = {
    "account_is_bank": "Map the cost code to an expense or cost account; a bill cannot be coded to a bank account.",
    "account_unusable": "Map the cost code to an active posting account.",
    "vendor_unusable": "Reactivate the vendor in the ledger and press Retry, or map the source vendor to another one.",
    "reference_unknown": "Map to something the ledger knows, or create it there and press Retry.",
    "dimension_missing": "Give the mapping the dimension the account asks for.",
    "duplicate_number": "Find out whether the bill in the ledger is this one: link it, or correct the number in the source.",
    "paid_cannot_change": "Correct it in the ledger by hand, then mark it settled here.",
    "permission_missing": "Give the Web Services user the right, then press Retry.",
    "subscription_missing": "Switch the subscription on, then press Retry.",
}


def refusal_stop(posting: Posting, error: ConnectorError) -> Stop:
    """The Hold for one refused Posting."""
    code = getattr(error, "code", None)
    reason = reason_for(code) if code is not None else "unspecified"
    if reason == "period_closed":
        return _closed_period(posting, error)
    gaps = suspects(posting, reason, error.message) if REASONS[reason].place == "mapping" else []
    about = f"mapping:{gaps[0]['kind']}:{gaps[0]['source_ref']}" if gaps else "person"
    details: dict[str, Any] = {"remote_code": error.remote_code, "gaps": gaps}
    return Stop(
        reason, f"The ledger refused it: {error.message}", _ADVICE.get(reason, "Mend what the ledger names, then press Retry."), about, details
    )


def _closed_period(posting: Posting, error: ConnectorError) -> Stop:
    first_open = getattr(error, "first_open", None)
    opens = f" The first open day is {first_open}." if first_open else ""
    return Stop(
        "period_closed",
        f"Its GL date, {posting.draft.get('gl_date')}, lies in a closed period of the ledger.{opens}",
        "Let the policy move the GL date to the first open day, or open the period in the ledger and press Retry.",
        "policy",
        {"policy_field": "closed_period", "first_open": first_open.isoformat() if first_open else ""},
    )


def suspects(posting: Posting, reason: str, message: str) -> list[dict[str, Any]]:
    """The mappings a refusal points at: the vendor's, or those of the lines whose account or code the message names."""
    document = posting.document
    if reason == "vendor_unusable":
        return [_gap("vendor", document.vendor_ref, document.record.get("vendor_name", ""))]
    lines = {line["line_ref"]: line for line in document.record.get("lines", [])}
    named, all_lines = [], []
    for line in posting.draft.get("lines", []):
        source = lines.get(line.get("source_line", ""))
        if source is None:
            continue
        gap = _gap("cost_code", source["cost_code_ref"], source["cost_code"])
        all_lines.append(gap)
        if any(
            code and code in message for code in (line["account"], line["project"], line["task"], line["cost_type"], line["item"], line["class_"])
        ):
            named.append(gap)
    found = named or all_lines
    return list({gap["source_ref"]: gap for gap in found}.values())


def _gap(kind: str, source_ref: str, label: str) -> dict[str, Any]:
    return {"kind": kind, "reason": "refused", "source_ref": source_ref, "label": label, "mapping_id": None, "reference_id": None}
