"""What a source's words mean in the ledger: dictionary look-ups in a snapshot, never a query a line.

Every answer is a target with the rule that decided, or a Gap that says what is missing and where to mend it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self

from mappings.kinds import COST_CODE, COST_TYPE, KINDS, PROJECT, VENDOR
from mappings.rules import DEFAULT_WORDS, PRECEDENCE
from mappings.snapshot import Mapped, Row, Snapshot, take

Reason = Literal["unmapped", "inactive", "not_selectable", "vanished", "missing_reference"]


@dataclass(frozen=True, slots=True)
class Coding:
    """Where a line is booked: remote ids of the ledger, "" where nothing is said. `rule` says in words which rule decided."""

    account: str
    item: str = ""
    task: str = ""
    cost_type: str = ""
    department: str = ""
    class_: str = ""
    location: str = ""
    rule: str = ""
    mapping_id: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The ledger's vendor or project, with the dimensions a project brings along."""

    remote_id: str
    label: str
    mapping_id: int | None
    location: str = ""
    department: str = ""
    class_: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Why there is no answer. `kind` is the mapping kind to open; `mapping_id` the row to mend, or `reference_id` the source row that
    `ensure.ensure_rows` makes one for."""

    kind: str
    reason: Reason
    source_ref: str
    label: str
    sentence: str
    mapping_id: int | None = None
    reference_id: int | None = None


class Resolver:
    """One integration's mappings at one moment. Answers are remembered, so equal lines cost one look-up."""

    def __init__(self, shot: Snapshot) -> None:
        self._shot = shot
        self._cost_types_used = bool(shot.cost_type_mappings)
        self._costs: dict[tuple[str, str, str], Coding | Gap] = {}

    @classmethod
    def load(cls, integration: Any) -> Self:
        """Read the integration's mappings; the number of queries does not depend on how many there are."""
        return cls(take(integration))

    @property
    def version(self) -> int:
        """The newest change this snapshot knows; documents record it."""
        return self._shot.version

    def cost(self, cost_code_ref: str, cost_type_ref: str, project_ref: str) -> Coding | Gap:
        """Account and dimensions of a line, by the precedence of `mappings.rules`."""
        key = (cost_code_ref, cost_type_ref, project_ref)
        answer = self._costs.get(key)
        if answer is None:
            answer = self._costs[key] = self._cost(*key)
        return answer

    def vendor(self, ref: str) -> Target | Gap:
        """The ledger's vendor of a source vendor."""
        return self._target(VENDOR.key, ref, self._shot.vendors, self._shot.vendor_mappings)

    def project(self, ref: str) -> Target | Gap:
        """The ledger's project of a source project, with its location, department and class."""
        return self._target(PROJECT.key, ref, self._shot.projects, self._shot.project_mappings)

    def _cost(self, cost_code_ref: str, cost_type_ref: str, project_ref: str) -> Coding | Gap:
        shot = self._shot
        cost_type = shot.cost_types.get(cost_type_ref)
        if not cost_code_ref:
            return self._default(cost_type_ref, cost_type) or _no_cost_code()
        own = shot.own_codes.get((project_ref, cost_code_ref))
        standard = shot.standard_codes.get(cost_code_ref) if own is None else self._standard_of(own)
        code = own or standard
        if code is None:
            return _unknown(COST_CODE.key, cost_code_ref)
        if fault := _source_fault(COST_CODE.key, code):
            return fault
        for rule in PRECEDENCE:
            source = own if rule.own else standard
            if source is None or (rule.typed and cost_type is None):
                continue
            found = shot.cost_code_mappings.get((source.id, cost_type.id if rule.typed and cost_type else None))
            if found:
                return self._coding(found, code, cost_type_ref, cost_type, rule.words)
        return self._default(cost_type_ref, cost_type) or self._unmapped_code(code, standard)

    def _standard_of(self, own: Row) -> Row | None:
        named = self._shot.standard_codes.get(str(own.standard_id)) if own.standard_id else None
        return named or self._shot.standard_by_code.get(own.code)

    def _coding(self, found: Mapped, code: Row, cost_type_ref: str, cost_type: Row | None, words: str) -> Coding | Gap:
        for name, target in found.targets.items():
            if fault := _target_fault(COST_CODE.key, name, code, target, found.id):
                return fault
        ids = _ids(found)
        ledger_cost_type: str | Gap = ids.pop("ledger_cost_type", "") or self._ledger_cost_type(cost_type_ref, cost_type)
        if isinstance(ledger_cost_type, Gap):
            return ledger_cost_type
        return Coding(**{"account": "", **ids}, cost_type=ledger_cost_type, rule=words, mapping_id=found.id)

    def _ledger_cost_type(self, ref: str, cost_type: Row | None) -> str | Gap:
        """Cost types are in use as soon as one of them is mapped; then an unmapped one is a gap, not a silent blank."""
        if not ref or not self._cost_types_used:
            return ""
        if cost_type is None:
            return _unknown(COST_TYPE.key, ref)
        found = self._shot.cost_type_mappings.get(cost_type.id)
        if found is None:
            return self._unmapped(COST_TYPE.key, cost_type)
        target = found.targets["target"]
        return _target_fault(COST_TYPE.key, "target", cost_type, target, found.id) or target.remote_id

    def _default(self, cost_type_ref: str, cost_type: Row | None) -> Coding | Gap | None:
        account = self._shot.default_account
        if account is None:
            return None
        if reason := _unusable(account):
            why = _WHY[reason].format(why=account.why_not)
            sentence = f"The default account {account.label} {why}. Choose another one in the integration's policy."
            return Gap(COST_CODE.key, reason, account.remote_id, account.label, sentence, reference_id=account.id)
        ledger_cost_type = self._ledger_cost_type(cost_type_ref, cost_type)
        if isinstance(ledger_cost_type, Gap):
            return ledger_cost_type
        return Coding(account.remote_id, cost_type=ledger_cost_type, rule=DEFAULT_WORDS)

    def _unmapped_code(self, code: Row, standard: Row | None) -> Gap:
        """Names the standard code's row where there is one: mapped once, it serves every project."""
        return self._unmapped(COST_CODE.key, standard if standard and standard.selectable and not standard.vanished_at else code)

    def _target(self, kind: str, ref: str, rows: dict[str, Row], mappings: dict[int, Mapped]) -> Target | Gap:
        source = rows.get(ref)
        if source is None:
            return _unknown(kind, ref)
        found = mappings.get(source.id)
        if found is None:
            return self._unmapped(kind, source)
        for name, target in found.targets.items():
            if fault := _target_fault(kind, name, source, target, found.id):
                return fault
        ids = _ids(found)
        return Target(ids.pop("target"), found.targets["target"].label, found.id, **ids)

    def _unmapped(self, kind: str, source: Row) -> Gap:
        table = KINDS[kind]
        wanted = table.target(table.deciding[0]).label.lower()
        sentence = f"The {table.singular} {source.label} has no {wanted} yet. Choose one under Mappings, {table.label}."
        row = self._shot.unmapped_rows.get((kind, source.id))
        return Gap(kind, "unmapped", source.remote_id, source.label, sentence, mapping_id=row, reference_id=source.id)


def _ids(found: Mapped) -> dict[str, str]:
    """Field -> remote id, named as answers name them (a model field cannot end with an underscore)."""
    return {"class_" if name == "ledger_class" else name: target.remote_id for name, target in found.targets.items()}


_WHY: dict[Reason, str] = {
    "vanished": "is no longer in its list",
    "inactive": "is inactive",
    "not_selectable": "cannot be used: {why}",
}


def _unusable(row: Row) -> Reason | None:
    if row.vanished_at is not None:
        return "vanished"
    if not row.active:
        return "inactive"
    return None if row.selectable else "not_selectable"


def _source_fault(kind: str, source: Row) -> Gap | None:
    """A source code that was deleted or is a header stops the document; an inactive one may still be billed to an end."""
    what = KINDS[kind].singular
    if source.vanished_at is not None:
        sentence = f"The {what} {source.label} is no longer in the source's list. Restore it there, or give the line another one."
        return Gap(kind, "vanished", source.remote_id, source.label, sentence, reference_id=source.id)
    if not source.selectable:
        why = (source.why_not or "it is a header").rstrip(".")
        sentence = f"The {what} {source.label} cannot carry cost: {why}. Give the line a code below it in the source."
        return Gap(kind, "not_selectable", source.remote_id, source.label, sentence, reference_id=source.id)
    return None


def _target_fault(kind: str, field: str, source: Row, target: Row, mapping_id: int) -> Gap | None:
    reason = _unusable(target)
    if reason is None:
        return None
    what = KINDS[kind].target(field).label.lower()
    why = _WHY[reason].format(why=target.why_not)
    sentence = f"The {KINDS[kind].singular} {source.label} is mapped to the {what} {target.label}, which {why}. Choose another one."
    return Gap(kind, reason, source.remote_id, source.label, sentence, mapping_id=mapping_id, reference_id=source.id)


def _unknown(kind: str, ref: str) -> Gap:
    sentence = (
        f"The {KINDS[kind].singular} with the id {ref or '(blank)'} is not in the list OneCore read from the source. "
        "Read the lists again; if it stays unknown, check that the connection may see it."
    )
    return Gap(kind, "missing_reference", ref, ref, sentence)


def _no_cost_code() -> Gap:
    sentence = "The line carries no cost code. Give it one in the source, or set a default account in the integration's policy."
    return Gap(COST_CODE.key, "missing_reference", "", "(no cost code)", sentence)
