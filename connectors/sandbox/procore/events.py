"""What happened, queued for every hook that listens to it; the postman takes it from there."""

import random
import secrets

from connectors.sandbox.clock import iso
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town


def announce(
    town: Town,
    *,
    company_id: int,
    project_id: int | None,
    resource: str,
    event: str,
    resource_id: int,
    user_id: int | None = None,
    copies: int = 1,
    shuffle: bool = False,
) -> int:
    """Queue an event for every hook that listens to it; the postman takes it from there. Returns how many."""
    space = f"procore:{company_id}"
    wanted = [0] if project_id is None else [project_id]
    queued: list[tuple[Body, Body]] = []
    for hook in town.state.select(space, "hook", Where(parents=wanted)):
        triggers = town.state.select(space, "trigger", Where(parents=[hook["id"]]))
        if any((row["resource_name"], row["event_type"]) == (resource, event.upper()) for row in triggers):
            payload = _payload(
                town, company_id=company_id, project_id=project_id, resource=resource, event=event, resource_id=resource_id, user_id=user_id
            )
            queued += [(hook, payload)] * copies
    if shuffle:
        random.Random(resource_id).shuffle(queued)  # noqa: S311 - repeatable on purpose
    for hook, payload in queued:
        row_id = town.state.next_id("procore:delivery", start=1)
        town.state.put(space, "delivery", row_id, {
            "id": row_id, "hook_id": hook["id"], "event": payload, "event_id": str(payload["ulid"]), "outcome": "enqueued",
            "response_status": None, "attempts": 0, "started_at": None, "completed_at": None, "created": town.clock.stamp(),
        }, parent=hook["id"], k1="enqueued")  # fmt: skip
    return len(queued)


def _payload(town: Town, *, company_id: int, project_id: int | None, resource: str, event: str, resource_id: int, user_id: int | None) -> Body:
    now = town.clock.now()
    number = town.state.next_id("procore:event", start=5_982_324_300_946_918_000)
    return {
        "id": number, "ulid": f"01{int(now.timestamp() * 1000):010X}"[:12] + secrets.token_hex(7).upper(),
        "timestamp": iso(now).replace("Z", f".{now.microsecond:06d}Z"),
        "metadata": {"source_user_id": user_id, "source_project_id": project_id, "source_operation_id": None,
                     "source_company_id": company_id, "source_application_id": None},
        "user_id": user_id, "company_id": company_id, "project_id": project_id, "api_version": "v2.0",
        "event_type": event, "resource_name": resource, "resource_id": resource_id,
    }  # fmt: skip
