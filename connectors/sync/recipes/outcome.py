"""What a recipe answers: a Draft with the reasoning behind it, or why there can be none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.port.drafts import Draft


@dataclass(frozen=True, slots=True)
class Prepared:
    """`rules`: one plain row a line: the formula with its numbers, and which mapping rule decided."""

    draft: Draft
    rules: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """Why no Draft can be made. `reason` is a key of the hold catalogue; `about` says what must change for a replay.

    `skip`: there is nothing to book and nobody needs to act (an empty document): the reason is shown, the document skipped.
    """

    reason: str
    sentence: str
    fix: str = ""
    about: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    skip: bool = False
