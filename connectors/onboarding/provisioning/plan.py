"""Read the file and refuse what is not understood, naming the place: `tenants[0].connections[1].system`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from onecore.lib.command import Exit, Stop


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    role: str
    email: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One connection. `secrets` are plain here and go to the vault at once; `webhooks` is our own base address."""

    name: str
    system: str
    config: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    signs_in_with: str = ""
    webhooks: str = ""


@dataclass(frozen=True, slots=True)
class FlowPlan:
    key: str
    enabled: bool = True
    paused: bool = False
    every_minutes: int = 15


@dataclass(frozen=True, slots=True)
class Joint:
    """One integration. `policy` is the field names of its policy page; accounts by their number."""

    name: str
    slug: str
    source: str
    ledger: str
    start_date: date
    policy: dict[str, Any] = field(default_factory=dict)
    mappings: str = ""
    flows: tuple[FlowPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class TenantPlan:
    name: str
    slug: str
    time_zone: str = "UTC"
    words: str = "us"
    environment: str = "production"
    users: tuple[Person, ...] = ()
    connections: tuple[Link, ...] = ()
    integrations: tuple[Joint, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`folder` is where relative paths in the file start."""

    tenants: tuple[TenantPlan, ...]
    folder: Path


def read_plan(path: Path) -> Plan:
    """The file as a Plan. Raises Stop (exit 2) naming the file, the place and the mend."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise Stop(Exit.WRONG_USE, f"{path} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise Stop(Exit.WRONG_USE, f"{path} is not text in UTF-8.") from None
    try:
        data = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as problem:
        raise Stop(Exit.WRONG_USE, f"{path} is neither JSON nor YAML: {' '.join(str(problem).split())[:200]}") from None
    return Plan(tenants=_many(_tenant, _dict(data, "the file", {"tenants"}), "tenants", ""), folder=path.resolve().parent)


def _tenant(data: Any, where: str) -> TenantPlan:
    row = _dict(data, where, {"name", "slug", "time_zone", "words", "environment", "users", "connections", "integrations"})
    return TenantPlan(
        name=_text(row, "name", where),
        slug=_text(row, "slug", where),
        time_zone=_text(row, "time_zone", where, "UTC"),
        words=_text(row, "words", where, "us"),
        environment=_text(row, "environment", where, "production"),
        users=_many(_person, row, "users", where),
        connections=_many(_link, row, "connections", where),
        integrations=_many(_joint, row, "integrations", where),
    )


def _person(data: Any, where: str) -> Person:
    row = _dict(data, where, {"username", "email", "role", "password"})
    password = _secret(row["password"], f"{where}.password") if row.get("password") else ""
    return Person(_text(row, "username", where), _text(row, "role", where), _text(row, "email", where, ""), password)


def _link(data: Any, where: str) -> Link:
    row = _dict(data, where, {"name", "system", "config", "secrets", "signs_in_with", "webhooks"})
    config = {str(name): str(value) for name, value in _dict(row.get("config") or {}, f"{where}.config").items()}
    secrets = {str(name): _secret(value, f"{where}.secrets.{name}") for name, value in _dict(row.get("secrets") or {}, f"{where}.secrets").items()}
    return Link(
        _text(row, "name", where),
        _text(row, "system", where),
        config,
        secrets,
        _text(row, "signs_in_with", where, ""),
        _text(row, "webhooks", where, ""),
    )


def _joint(data: Any, where: str) -> Joint:
    row = _dict(data, where, {"name", "slug", "source", "ledger", "start_date", "policy", "mappings", "flows"})
    return Joint(
        name=_text(row, "name", where),
        slug=_text(row, "slug", where),
        source=_text(row, "source", where),
        ledger=_text(row, "ledger", where),
        start_date=_date(row, "start_date", where),
        policy=_dict(row.get("policy") or {}, f"{where}.policy"),
        mappings=_text(row, "mappings", where, ""),
        flows=_many(_flow, row, "flows", where),
    )


def _flow(data: Any, where: str) -> FlowPlan:
    row = _dict({"key": data} if isinstance(data, str) else data, where, {"key", "enabled", "paused", "every_minutes"})
    minutes = row.get("every_minutes", 15)
    if not isinstance(minutes, int) or minutes < 1:
        raise Stop(Exit.WRONG_USE, f"{where}.every_minutes is {minutes!r}, but must be a whole number of minutes, at least 1.")
    return FlowPlan(_text(row, "key", where), bool(row.get("enabled", True)), bool(row.get("paused", False)), minutes)


def _dict(data: Any, where: str, known: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Stop(Exit.WRONG_USE, f"{where} must be a table of names and values, not {type(data).__name__}.")
    unknown = sorted(set(data) - known) if known else []
    if unknown:
        raise Stop(Exit.WRONG_USE, f"{where}: {', '.join(map(str, unknown))} is not known here. Known: {', '.join(sorted(known or ()))}.")
    return data


def _many(build: Any, row: dict[str, Any], name: str, where: str) -> tuple[Any, ...]:
    rows = row.get(name) or []
    place = f"{where}.{name}".lstrip(".")
    if not isinstance(rows, list):
        raise Stop(Exit.WRONG_USE, f"{place} must be a list.")
    return tuple(build(item, f"{place}[{index}]") for index, item in enumerate(rows))


def _text(row: dict[str, Any], name: str, where: str, default: str | None = None) -> str:
    value = row.get(name, default)
    if value is None:
        raise Stop(Exit.WRONG_USE, f"{where}.{name} is missing.")
    if isinstance(value, dict | list):
        raise Stop(Exit.WRONG_USE, f"{where}.{name} must be a text.")
    return str(value).strip()


def _date(row: dict[str, Any], name: str, where: str) -> date:
    value = row.get(name)
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Stop(Exit.WRONG_USE, f"{where}.{name} is {value!r}, but must be a day like 2026-01-31.") from None


def _secret(value: Any, where: str) -> str:
    """A secret as text, or from elsewhere: `{env: NAME}` or `{file: PATH}`."""
    if isinstance(value, dict):
        (source, name), *more = value.items() or [("", "")]
        if more or source not in {"env", "file"}:
            raise Stop(Exit.WRONG_USE, f"{where} must be a text, {{env: NAME}} or {{file: PATH}}.")
        found = os.environ.get(str(name)) if source == "env" else _from_file(Path(str(name)))
        if not found:
            raise Stop(Exit.WRONG_USE, f"{where} shall come from {source} {name}, but nothing is there.")
        return found
    return str(value)


def _from_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
