"""What a recipe is asked: the record, what came before it, the meaning of its words, and the tenant's choices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from connectors.port.records import Requisition


class Meaning(Protocol):
    """What the source's words mean in the ledger (mappings.resolve.Resolver)."""

    def cost(self, cost_code_ref: str, cost_type_ref: str, project_ref: str) -> Any: ...
    def vendor(self, ref: str) -> Any: ...
    def project(self, ref: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of an Integration's policy that decide a draft (DOMAIN §2)."""

    arrive_as_draft: bool
    bill_date: str
    due_date: str
    due_days: int
    gl_date: str
    closed_period: str
    number: str
    number_prefix: str
    consolidated: bool
    retainage: str
    retainage_account: str
    default_location: str
    default_department: str
    currencies: frozenset[str]
    vendor_credits: bool
    number_limit: int


@dataclass(frozen=True, slots=True)
class Opened:
    """Agreed opening figures of the commitment."""

    billed_to_date: Decimal
    retained_to_date: Decimal


@dataclass(frozen=True, slots=True)
class Question:
    """`previous` is the requisition before this one where the source has one; `previous_stop` says in words why it cannot be
    counted on (missing, not approved, changed since). `before_start`: it lies before the start date, so its figures must equal
    `opened`. `kept_number`: the number the ledger already holds; amended versions keep it. `gl_date_moved_to`: first open day."""

    record: Requisition
    previous: Requisition | None
    previous_stop: str
    before_start: bool
    opened: Opened | None
    meaning: Meaning
    choices: Choices
    token: str
    kept_number: str
    gl_date_moved_to: date | None
    payable_since: date
    today: date
