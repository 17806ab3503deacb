"""Remote lists, mirrored: what an account, a cost code or a vendor is, whatever the system calls it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The remote lists OneCore mirrors. A connector declares which of them it has."""

    ACCOUNT = "account"
    COST_CODE = "cost_code"  # standard cost code of the company's list
    PROJECT_COST_CODE = "project_cost_code"  # cost code inside one project; parent = project id
    COST_TYPE = "cost_type"
    VENDOR = "vendor"
    CUSTOMER = "customer"
    PROJECT = "project"
    TASK = "task"
    DEPARTMENT = "department"
    LOCATION = "location"
    ENTITY = "entity"
    CLASS = "class"
    ITEM = "item"
    TAX_CODE = "tax_code"
    TERM = "term"
    COMMITMENT = "commitment"


@dataclass(frozen=True, slots=True)
class Reference:
    """One row of a remote list.

    `remote_id` is what documents carry to point at it (Intacct: ACCOUNTNO, VENDORID; Procore: the numeric id as text).
    `code` is what people type, `name` what they read. `parent` scopes it (project of a project cost code).
    `selectable` is False for headers, bank and control accounts and the like; `why_not` then says so in words.
    `attributes`: plain JSON data worth keeping (type, tax id, e-mail, required dimensions ...).
    """

    kind: Kind
    remote_id: str
    code: str
    name: str
    active: bool = True
    selectable: bool = True
    why_not: str = ""
    parent: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
