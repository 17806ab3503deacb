"""The source's lines beside the ledger's: what was billed, what the ledger is asked to hold, and whether both agree."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sync.admin.figures import NONE, exact, figure
from connectors.sync.admin.formula import Reckoning
from connectors.sync.models import Posting
from onecore.lib.money import ZERO

_RETAINED = "Retained this period"
_ROLES = {"retainage": "Retained", "rounding": "Rounding"}
_DIMENSIONS = ("project", "task", "cost_type", "location", "department", "class", "item")
_KINDS = {"bill": "Bill", "vendor_credit": "Vendor credit", "vendor": "Vendor"}
_OPERATIONS = {"create": "to be created", "amend": "to be changed", "void": "to be voided"}


@dataclass(frozen=True, slots=True)
class Pair:
    """One source line and the ledger line made of it; either side may be empty."""

    code: str = ""
    description: str = ""
    source: str = ""
    account: str = ""
    memo: str = ""
    where: str = ""
    ledger: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Both sides with their totals and the heads of the draft."""

    heading: str
    heads: tuple[tuple[str, str], ...]
    pairs: tuple[Pair, ...]
    source_total: str
    ledger_total: str
    agree: bool
    difference: str
    is_draft: bool
    sent_already: bool


def beside(posting: Posting | None, reckoning: Reckoning | None, due: Decimal | None, names: dict[tuple[str, str], str]) -> Beside | None:
    """The newest posting's draft beside the source's lines; None where there is none."""
    if posting is None or not isinstance(posting.draft, dict) or "lines" not in posting.draft:
        return None
    draft, currency = posting.draft, posting.currency
    sign = -1 if draft.get("kind") == "vendor_credit" else 1
    lines = [line for line in draft["lines"] if isinstance(line, dict)]
    total = sum(((exact(line.get("amount")) or ZERO) + (exact(line.get("tax_amount")) or ZERO) for line in lines), ZERO) * sign
    return Beside(
        heading=f"{_KINDS.get(draft.get('kind', ''), 'Document')} of version {posting.version}, {_state_words(posting)}",
        heads=_heads(draft, names),
        pairs=tuple(_pairs(lines, reckoning, sign, currency, names)),
        source_total=figure(due, currency),
        ledger_total=figure(total, currency),
        agree=due is not None and due == total,
        difference=figure(total - due, currency) if due is not None else NONE,
        is_draft=bool(draft.get("as_draft")),
        sent_already=posting.state == "posted",
    )


def _state_words(posting: Posting) -> str:
    done = {"create": "created", "amend": "changed", "void": "voided"}
    return (done if posting.state == "posted" else _OPERATIONS).get(posting.operation, posting.operation)


def _heads(draft: dict[str, Any], names: dict[tuple[str, str], str]) -> tuple[tuple[str, str], ...]:
    vendor = str(draft.get("vendor", ""))
    heads = (
        ("Vendor", names.get(("vendor", vendor), vendor)),
        ("Number", draft.get("number", "")),
        ("Bill date", draft.get("bill_date") or draft.get("credit_date")),
        ("Due", draft.get("due_date")),
        ("GL date", draft.get("gl_date")),
        ("Reference", draft.get("reference")),
        ("Corrects", draft.get("corrects")),
    )
    return tuple((name, str(value)) for name, value in heads if value)


def _pairs(lines: list[dict[str, Any]], reckoning: Reckoning | None, sign: int, currency: str, names: dict[tuple[str, str], str]) -> list[Pair]:
    """In the source's order; what came from no single source line (retained, consolidated) stands below."""
    waiting = list(lines)
    pairs: list[Pair] = []
    for formula in reckoning.lines if reckoning else ():
        own = next((line for line in waiting if formula.line_ref and line.get("source_line") == formula.line_ref), None)
        if own is not None:
            waiting.remove(own)
        ledger = _ledger_side(own, sign, currency, names) if own else {}
        pairs.append(Pair(code=formula.code, description=formula.description, source=formula.cost, **ledger))
    if reckoning and reckoning.retained not in {"0", "0.00", "0.000"}:
        pairs.append(Pair(code=_RETAINED, source=_negated(reckoning.retained)))
    for line in waiting:
        pairs = _beneath(pairs, Pair(**_ledger_side(line, sign, currency, names)), is_retained=line.get("role") == "retainage")
    return pairs


def _beneath(pairs: list[Pair], extra: Pair, *, is_retained: bool) -> list[Pair]:
    """A retained line stands beside the source's own retained sum as long as that place is free."""
    last = pairs[-1] if pairs else None
    if is_retained and last is not None and last.code == _RETAINED and not last.ledger:
        joined = Pair(last.code, last.description, last.source, extra.account, extra.memo, extra.where, extra.ledger)
        return [*pairs[:-1], joined]
    return [*pairs, extra]


def _ledger_side(line: dict[str, Any], sign: int, currency: str, names: dict[tuple[str, str], str]) -> dict[str, str]:
    account = str(line.get("account", ""))
    where = [_named(kind, str(line.get("class_" if kind == "class" else kind) or ""), names) for kind in _DIMENSIONS]
    amount = exact(line.get("amount"))
    return {
        "account": names.get(("account", account), account) or NONE,
        "memo": _ROLES.get(str(line.get("role", "")), "") or str(line.get("memo", "")),
        "where": " · ".join(text for text in where if text),
        "ledger": figure(amount * sign if amount is not None else None, currency),
    }


def _named(kind: str, remote_id: str, names: dict[tuple[str, str], str]) -> str:
    return names.get((kind, remote_id), remote_id) if remote_id else ""


def _negated(text: str) -> str:
    return text[1:] if text.startswith("-") else f"-{text}"
