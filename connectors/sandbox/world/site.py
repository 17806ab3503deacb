"""What the builders of one company share: its plan, its id ranges, its random picks, and what was built so far."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.clock import iso
from connectors.sandbox.state import State
from connectors.sandbox.world.divisions import CostCode
from connectors.sandbox.world.plan import CompanyPlan

STORY_START = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
BIG_ID = 562_949_954_990_000  # requisition ids do not fit in 32 bits

FIRST_IDS = {
    "vendor": 77_100,
    "project": 316_000,
    "standard_cost_code": 41_000,
    "cost_code": 1_400_000,
    "line_item_type": 40,
    "tax_code": 10,
    "wbs_code": 182_877_000,
    "wbs_item": 654_142_000,
    "commitment": 786_000,
    "line": 5_175_000,
    "change_order": 1_708_000,
    "requisition": BIG_ID,
    "item": 17_918_000_000,
    "billing_period": 117_000,
    "budget_row": 8_800_000,
    "user": 900_000,
}


@dataclass
class Site:
    state: State
    plan: CompanyPlan
    seed: int
    now: datetime
    picks: random.Random = field(init=False)
    codes: tuple[CostCode, ...] = ()
    standard_ids: dict[str, int] = field(default_factory=dict)
    code_ids: dict[tuple[int, str], int] = field(default_factory=dict)  # (project, full code)
    type_ids: dict[str, int] = field(default_factory=dict)
    wbs_ids: dict[tuple[int, str, str], int] = field(default_factory=dict)
    vendors: list[dict[str, Any]] = field(default_factory=list)
    projects: list[dict[str, Any]] = field(default_factory=list)
    project_by_id: dict[int, dict[str, Any]] = field(default_factory=dict)
    code_by_full: dict[str, CostCode] = field(default_factory=dict)
    periods: dict[int, list[int]] = field(default_factory=dict)
    used_codes: dict[int, set[str]] = field(default_factory=dict)  # project -> full codes billed there
    _last: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.picks = random.Random(f"{self.seed}:{self.plan.procore_id}")  # noqa: S311 - repeatable on purpose

    @property
    def space(self) -> str:
        return f"procore:{self.plan.procore_id}"

    @property
    def ledger(self) -> str:
        return f"intacct:{self.plan.intacct_id}"

    def next_id(self, kind: str) -> int:
        value = self._last.get(kind, FIRST_IDS[kind] + self.plan.id_base) + 1
        self._last[kind] = value
        return value

    def keep_sequences(self) -> None:
        """Later rows of this company go on where the world stopped."""
        for kind, last in self._last.items():
            self.state.next_id(f"{self.space}:{kind}", start=last)

    def moment(self, wanted: datetime) -> str:
        """No stamp of the story lies in the future of the day on which it is told."""
        return iso(min(wanted, self.now))
