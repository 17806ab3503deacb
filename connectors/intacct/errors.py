"""Sage Intacct's error numbers and texts, translated into the port's five ways to fail.

The first rule of `meanings` that fits any of a function's errors decides; every error is kept in `details`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import unquote

from connectors.port.errors import Code, ConnectorError, Refused, SignInAgain, TryLater
from onecore.lib.redact import redact_text
from onecore.lib.text import one_line

from .meanings import MEANS, RULES, GatewayError, Rule, rule_for

Failure = TypeVar("Failure", bound=ConnectorError)

FRONT_SIGN_IN = frozenset({"XMLGW_JPP0002", "UJPP0002"})
SIGN_IN = FRONT_SIGN_IN | {"XL03000006"}
BUSY = re.compile(r"GW-00(0[1-9]|10)\b")
ROLLED_BACK = "XL03000009"
GENERIC = ("could not create", "could not update", "could not delete", "currently, we can't", "there was an error processing")

_SUPPORT_ID = re.compile(r"\[Support ID:\s*([^\]]*)\]", re.IGNORECASE)
_FIRST_OPEN = re.compile(r"on or after\s+(\d{1,2}/\d{1,2}/\d{4})", re.IGNORECASE)


def clean(text: str) -> tuple[str, str]:
    """The text for people, on one line, and the support id that hung on it. Entities that arrived escaped twice are resolved."""
    for _ in range(2):
        text = html.unescape(text)
    found = _SUPPORT_ID.search(text)
    return one_line(_SUPPORT_ID.sub(" ", text)), unquote(found.group(1)).strip() if found else ""


def gateway_error(*, number: str, description: str, description2: str, correction: str, error_id: str = "") -> GatewayError:
    """One error element, cleaned: what it says is description and description2 together, neither twice."""
    parts, support = [], ""
    for raw in (description, description2):
        text, support_id = clean(raw)
        support = support or support_id
        if text and text not in parts:
            parts.append(text)
    remedy, support_id = clean(correction)
    return GatewayError(one_line(number), " ".join(parts), remedy, support or support_id, one_line(error_id))


def function_failed(errors: Sequence[GatewayError], *, subject: str) -> ConnectorError:
    """What a failed function means. `subject` is the object it was about: a duplicate VENDOR is a name, not a number."""
    if any(BUSY.search(f"{error.number} {error.text}") for error in errors):
        return _with_facts(TryLater("Sage Intacct is busy and did nothing; it is asked again.", pauses_connection=True), errors)
    if errors and all(error.number == ROLLED_BACK and "object definition" not in error.words for error in errors):
        return _with_facts(TryLater("Sage Intacct took this back because something else in the same request failed; it is sent again."), errors)
    rule, error = _decide(errors)
    code = rule.code if rule else Code.UNSPECIFIED
    if subject == "VENDOR" and code is Code.DUPLICATE_NUMBER:
        code = Code.NAME_EXISTS
    refused = Refused(_sentence(code, error, rule.advice if rule else ""), code=code)
    refused.first_open = _first_open(errors) if code is Code.PERIOD_CLOSED else None
    return _with_facts(refused, errors, first=error)


def request_failed(errors: Sequence[GatewayError], *, about_user: bool) -> ConnectorError:
    """What the failure of a whole request means: of the user's sign-in, or else of its control block."""
    first = errors[0] if errors else None
    if any(BUSY.search(f"{error.number} {error.text}") for error in errors):
        return _with_facts(TryLater("Sage Intacct has no free slot; it is asked again.", pauses_connection=True), errors)
    if about_user:
        return _with_facts(SignInAgain(_sign_in_sentence(errors)), errors)
    if any(error.number == "XL03000006" and "policy" not in error.words for error in errors):
        sentence = "Sage Intacct does not accept our sender ID or its password. Correct both under Connects, Set credentials."
        return _with_facts(SignInAgain(sentence), errors)
    if any(error.number == "GW-0011" for error in errors):
        sentence = "Sage Intacct does not know this company or sender, or one of them is inactive. Check company ID and sender ID under Connects."
        return _with_facts(SignInAgain(sentence), errors)
    said = first.text if first and first.text else "no reason given"
    return _with_facts(Refused(f"Sage Intacct refused the whole request: {redact_text(said)}. Nothing was booked."), errors)


def _sign_in_sentence(errors: Sequence[GatewayError]) -> str:
    words = " ".join(error.words for error in errors)
    if "web services authorization" in words:
        return (
            "The company has not authorised our sender ID. In Sage Intacct, add it under Company > Setup > Company > Security > "
            "Web Services authorizations and set it to Active."
        )
    if "demo company" in words:
        return "This Sage Intacct company is a demo company and has expired. Ask Sage to extend it, or connect another company."
    return (
        "Sage Intacct does not accept the sign-in: company ID, Web Services user, password or entity is wrong, or the user is locked. "
        "Enter them again under Connects, Set credentials."
    )


def _decide(errors: Sequence[GatewayError]) -> tuple[Rule | None, GatewayError | None]:
    """The rule and the error that explain the failure; an error that only says "could not create" never explains it."""
    telling = [error for error in errors if not _is_generic(error)] or list(errors)
    for rule in RULES:
        for error in telling:
            if rule.fits(error):
                return rule, error
    for error in telling:
        pointing = rule_for(error)
        if pointing:
            return pointing, error
    return None, telling[0] if telling else None


def _is_generic(error: GatewayError) -> bool:
    return (error.text.lower().startswith(GENERIC) and len(error.text) < 90) or (
        error.number == ROLLED_BACK and "object definition" not in error.words
    )


def _sentence(code: Code, error: GatewayError | None, advice: str) -> str:
    said = redact_text(" ".join(part for part in (error.text, error.correction) if part)) if error else ""
    sentence = f"{MEANS[code]}: “{said[:600].rstrip('.')}”" if said else f"{MEANS[code]}, without giving a reason"
    return f"{sentence}. {advice}".strip()


def _first_open(errors: Sequence[GatewayError]) -> date | None:
    for error in errors:
        found = _FIRST_OPEN.search(f"{error.text} {error.correction}")
        if found:
            try:
                return datetime.strptime(found.group(1), "%m/%d/%Y").date()  # noqa: DTZ007 - a business date has no zone
            except ValueError:
                continue
    return None


def _with_facts(problem: Failure, errors: Sequence[GatewayError], *, first: GatewayError | None = None) -> Failure:
    leading = first or (errors[0] if errors else None)
    problem.remote_code = leading.number if leading else ""
    problem.request_id = next((error.support_id for error in errors if error.support_id), "")
    problem.details = {"errors": [_facts(error) for error in errors]}
    return problem


def _facts(error: GatewayError) -> dict[str, Any]:
    facts = {"number": error.number, "text": redact_text(error.text), "correction": redact_text(error.correction), "id": error.error_id}
    return {name: value for name, value in facts.items() if value}
