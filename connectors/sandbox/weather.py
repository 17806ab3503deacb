"""Faults on demand: rules that pick requests and say what happens to them. Rules live in the state file."""

import random
import re
import threading
from collections.abc import Sequence
from typing import Any

from connectors.sandbox.state import State

RULES_KEY = "weather"
EFFECTS = frozenset(
    [
        "slow",
        "latency",
        "drip",
        "status",
        "retry_after",
        "html_200",
        "truncated",
        "reset",
        "refuse_before",
        "accept_then_lose",
        "accept_then_status",
        "accept_then_html",
        "accept_then_truncate",
        "garbage",
        "huge",
        "redirect",
        "wrong_content_type",
        "reorder_results",
        "drop_result",
        "late_visibility",
        "forget_controlids",
        "hold_before",
        "hold_after",
        "expire_tokens",
    ]
)
SYSTEMS = frozenset({"procore", "intacct", "*"})
RULE_FIELDS = frozenset({"system", "match", "effect", "times", "skip", "probability", "id", "hits", "seen"})

Rule = dict[str, Any]


class BadRule(ValueError):
    """The rule names something the weather cannot make."""


class Weather:
    def __init__(self, state: State, *, seed: int = 1) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._rules: list[Rule] = list(state.meta(RULES_KEY) or [])

    def rules(self) -> list[Rule]:
        with self._lock:
            return [dict(rule) for rule in self._rules]

    def add(self, rule: Rule) -> Rule:
        kept = _checked(rule)
        with self._lock:
            kept["id"] = max((existing["id"] for existing in self._rules), default=0) + 1
            self._rules.append(kept)
            self._keep()
            return dict(kept)

    def clear(self, rule_id: int | None = None) -> None:
        with self._lock:
            self._rules = [] if rule_id is None else [rule for rule in self._rules if rule["id"] != rule_id]
            self._keep()

    def reload(self, *, seed: int) -> None:
        with self._lock:
            self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
            self._rules = list(self._state.meta(RULES_KEY) or [])

    def forecast(self, *, system: str, method: str, path: str, operations: Sequence[str]) -> list[Rule]:
        """The rules that strike this request, in the order they were made; each is counted down."""
        if not self._rules:
            return []
        struck: list[Rule] = []
        with self._lock:
            for rule in self._rules:
                if _picks(rule, system=system, method=method, path=path, operations=operations):
                    rule["seen"] += 1
                    if self._strikes(rule):
                        rule["hits"] += 1
                        struck.append(dict(rule))
            if struck:
                self._keep()
        return struck

    def _strikes(self, rule: Rule) -> bool:
        if rule["seen"] <= rule["skip"]:
            return False
        if rule["times"] is not None and rule["hits"] >= rule["times"]:
            return False
        return rule["probability"] >= 1 or self._random.random() < rule["probability"]

    def _keep(self) -> None:
        self._state.set_meta(RULES_KEY, self._rules)


def _picks(rule: Rule, *, system: str, method: str, path: str, operations: Sequence[str]) -> bool:
    match = rule["match"]
    if rule["system"] not in ("*", system):
        return False
    if match.get("method") and match["method"].upper() != method:
        return False
    if match.get("path") and not re.search(match["path"], path):
        return False
    wanted = match.get("operation")
    return not wanted or any(re.search(wanted, operation) for operation in operations)


def _checked(rule: Rule) -> Rule:
    kept = {"system": "*", "match": {}, "times": None, "skip": 0, "probability": 1.0, **rule, "hits": 0, "seen": 0}
    if kept.get("effect") not in EFFECTS:
        raise BadRule(f"Unknown effect {kept.get('effect')!r}; choose one of: {', '.join(sorted(EFFECTS))}")
    if kept["system"] not in SYSTEMS:
        raise BadRule(f"Unknown system {kept['system']!r}; choose one of: {', '.join(sorted(SYSTEMS))}")
    if not isinstance(kept["match"], dict) or set(kept["match"]) - {"method", "path", "operation"}:
        raise BadRule("match takes method, path and operation only")
    for name in ("path", "operation"):
        try:
            re.compile(kept["match"].get(name) or "")
        except re.error as error:
            raise BadRule(f"match.{name} is not a regular expression: {error}") from error
    return kept


def parameters(rule: Rule) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key not in RULE_FIELDS}
