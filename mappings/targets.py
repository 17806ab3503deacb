"""May this ledger row be the target of that field? If not, the reason in a sentence, at the moment a person chooses it."""

from __future__ import annotations

from typing import Any, Protocol

from mappings.kinds import MappingKind, TargetField

REVENUE_WORDS = frozenset({"revenue", "income", "sales", "other income", "otherincome"})
"""Account types of which a cost can never be booked."""


class Refusal(ValueError):
    """A target that cannot be set; the text says why and what to do."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class ListRow(Protocol):
    """A mirrored row, stored or read from a sheet's lists."""

    @property
    def connection_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def selectable(self) -> bool: ...
    @property
    def why_not(self) -> str: ...
    @property
    def vanished(self) -> bool: ...
    @property
    def attributes(self) -> dict[str, Any]: ...


def refuse_source(kind: MappingKind, source: ListRow, *, integration: Any, sets: bool = True) -> None:
    """Raise Refusal for a source row that is not to be mapped: of another connection, another list, or (unless the mapping is only
    cleared: `sets` False) a header."""
    if source.connection_id != integration.source_id or source.kind not in kind.sources:
        raise Refusal(f"{source.label} is no {kind.singular} of {integration.name}'s source.", field="source")
    if sets and not source.selectable:
        raise Refusal(f"{source.label} is not mapped itself: {source.why_not or 'it is a header'}. Map the codes below it.", field="source")


def refuse_target(field: TargetField, target: ListRow, *, integration: Any) -> None:
    """Raise Refusal for a target that the ledger would refuse, or that would book to the wrong place."""
    if reason := _reason(field, target, ledger_id=integration.ledger_id):
        raise Refusal(f"{target.label} {reason}", field=field.name)


def _reason(field: TargetField, target: ListRow, *, ledger_id: int) -> str:
    what = field.label.lower()
    if target.connection_id != ledger_id:
        return "belongs to another company's ledger. Choose one of this integration's ledger."
    if target.kind != field.kind:
        return f"is a {target.kind.replace('_', ' ')}, but a {what} is wanted here."
    return _unusable(target, what=what) or (_wrong_account(target) if field.kind == "account" else "")


def _unusable(target: ListRow, *, what: str) -> str:
    if target.vanished:
        return f"is no longer in the ledger's list. Choose another {what}."
    if not target.active:
        return f"is inactive in the ledger. Choose another {what}, or reactivate it there and read the lists again."
    if not target.selectable:
        return f"cannot be used: {target.why_not or 'it is a header'}. Choose another {what}."
    return ""


def _wrong_account(account: ListRow) -> str:
    """Bank and control accounts arrive unselectable from the connector; what is left is an account of the wrong type."""
    told = str(account.attributes.get("account_type", ""))
    if told.casefold() in REVENUE_WORDS:
        return f"is of the type {told}: cost cannot be booked there. Choose a cost or work-in-progress account."
    if account.attributes.get("retainage") and told.casefold() == "balance sheet":
        return "holds retainage: it takes what is held back, never cost. Choose a cost or work-in-progress account."
    return ""
