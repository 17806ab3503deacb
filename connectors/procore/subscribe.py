"""Ask Procore to announce changes: one hook for the company, one for each project, and their triggers.

Run it as often as you like: it makes what is missing, mends what differs, and touches no other application's hooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.port.errors import Code, Refused

from .client import Client
from .reading import ident, inner, rows_of
from .webhooks import COMPANY_TRIGGERS, PROJECT_TRIGGERS

PAYLOAD = "v2.0"
_HOOKS = "/rest/v1.0/webhooks/hooks"
_MASK_SHOWS = 5  # Procore shows the last letters of the header it sends


@dataclass(frozen=True, slots=True)
class Subscription:
    """One hook as it stands now. `scope` is "company" or "project", `scope_id` its id."""

    scope: str
    scope_id: str
    hook_id: str
    made: bool
    mended: bool
    triggers_made: int


def subscribe(client: Client, *, destination_url: str, authorization: str, namespace: str, projects: Iterable[str]) -> list[Subscription]:
    """Every hook this installation needs, made or mended."""
    wanted: list[tuple[str, str, Mapping[str, tuple[str, ...]]]] = [("company", client.company_id, COMPANY_TRIGGERS)]
    wanted += [("project", project, PROJECT_TRIGGERS) for project in projects]
    hook = {
        "api_version": PAYLOAD,
        "namespace": namespace,
        "destination_url": destination_url,
        "destination_headers": {"Authorization": authorization},
    }
    return [_one(client, scope, scope_id, hook, triggers) for scope, scope_id, triggers in wanted]


def _one(client: Client, scope: str, scope_id: str, hook: Mapping[str, Any], triggers: Mapping[str, tuple[str, ...]]) -> Subscription:
    held = {f"{scope}_id": int(scope_id)}
    asked = ((f"{scope}_id", scope_id), ("namespace", str(hook["namespace"])))
    listed = client.get(_HOOKS, operation="list webhooks", params=asked)
    ours = [row for row in _rows(listed) if row.get("namespace") == hook["namespace"] and _same_place(row, hook)]
    mended = bool(ours) and not _same_header(ours[0], hook)
    if not ours:
        made = client.write("POST", _HOOKS, operation="make webhook", json={**held, "hook": dict(hook)})
        hook_id = ident(made.get("id")) if isinstance(made, dict) else ""
    else:
        hook_id = ident(ours[0].get("id"))
        if mended:
            client.write("PATCH", f"{_HOOKS}/{hook_id}", operation="mend webhook", json={**held, "hook": dict(hook)})
    added = _triggers(client, hook_id, held, f"{scope}_id", triggers)
    return Subscription(scope, scope_id, hook_id, made=not ours, mended=mended, triggers_made=added)


def _triggers(client: Client, hook_id: str, held: Mapping[str, int], scope_name: str, wanted: Mapping[str, tuple[str, ...]]) -> int:
    path = f"{_HOOKS}/{hook_id}/triggers"
    listed = client.get(path, operation="list webhook triggers", params=((scope_name, str(held[scope_name])),))
    there = {(row.get("resource_name"), str(row.get("event_type", "")).lower()) for row in _rows(listed)}
    missing = [{"resource_name": name, "event_type": event} for name, events in wanted.items() for event in events if (name, event) not in there]
    if not missing:
        return 0
    try:
        answer = client.write("POST", f"{path}/bulk", operation="make webhook triggers", json={**held, "api_version": PAYLOAD, "triggers": missing})
    except Refused as problem:
        if problem.code is not Code.NOT_FOUND:
            raise
    else:
        return len(missing) - len(rows_of(answer, "failed") if isinstance(answer, dict) else ())
    for trigger in missing:  # a Procore without the bulk call
        client.write("POST", path, operation="make webhook trigger", json={**held, "api_version": PAYLOAD, "trigger": trigger})
    return len(missing)


def _same_place(row: Mapping[str, Any], hook: Mapping[str, Any]) -> bool:
    return str(row.get("destination_url", "")).rstrip("/") == str(hook["destination_url"]).rstrip("/")


def _same_header(row: Mapping[str, Any], hook: Mapping[str, Any]) -> bool:
    shown = str(inner(row, "destination_headers").get("Authorization", ""))
    same = shown[-_MASK_SHOWS:] == str(hook["destination_headers"]["Authorization"])[-_MASK_SHOWS:]
    return bool(shown) and same and str(row.get("api_version", PAYLOAD)) in {PAYLOAD, "v2"}


def _rows(found: Any) -> list[Mapping[str, Any]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
