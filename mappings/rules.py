"""Which mapping wins for a cost code, as data: the first rule that has a mapped row decides, and its words are shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`own`: looks at the project's own cost code, else at the company's standard one. `typed`: at the row of the line's cost type,
    else at the row for every cost type."""

    key: str
    words: str
    own: bool
    typed: bool


PRECEDENCE = (
    Rule("project_and_type", "this project's cost code with this cost type", own=True, typed=True),
    Rule("project", "this project's cost code", own=True, typed=False),
    Rule("code_and_type", "cost code with this cost type", own=False, typed=True),
    Rule("code", "standard cost code", own=False, typed=False),
)
"""The most particular first. A row that is not mapped decides nothing; a mapped row whose target cannot be used stops the line
rather than letting a weaker rule book it elsewhere."""

DEFAULT_WORDS = "the default account of the integration"
"""After all rules, if the policy names an account; after that the document is held."""
