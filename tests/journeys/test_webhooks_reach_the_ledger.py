"""From an approval in the source over its webhook, a real web process and a real worker to the ledger: once."""

from __future__ import annotations

from typing import Any

import requests

from connectors.sync.models import Run
from connectors.webhooks.models import Hook, Receipt
from tests.journeys.conftest import Journey
from tests.journeys.processes import until


def _first_reading(journey: Journey) -> None:
    journey.harbor.make_due()
    journey.processes.worker()
    journey.until_quiet()
    journey.harbor.prove(posted=6)


def _commitment(journey: Journey) -> dict[str, Any]:
    return journey.harbor.payable()[0]


def _tell(journey: Journey, **more: Any) -> None:
    """The source announces one commitment as changed."""
    row = _commitment(journey)
    event = {"resource_name": "Work Order Contracts", "event_type": "update", "resource_id": row["commitment_id"], "project_id": row["project_id"]}
    journey.sandbox.post(f"procore/{journey.harbor.company}/webhook", **(event | more))


def _all_delivered(journey: Journey) -> bool:
    letters = journey.sandbox.get(f"procore/{journey.harbor.company}/webhooks")["deliveries"]
    return bool(letters) and all(letter["outcome"] == "ok" for letter in letters)


def _all_read(journey: Journey) -> bool:
    return _all_delivered(journey) and not Receipt.everywhere.filter(state="new").exists() and journey.harbor.quiet


def test_a_new_invoice_is_posted_because_its_webhook_came(hooked: Journey) -> None:
    _first_reading(hooked)
    commitment = _commitment(hooked)["commitment_id"]
    hooked.sandbox.post(f"procore/{hooked.harbor.company}/requisitions", commitment_id=commitment)
    until(lambda: len(hooked.harbor.booked()) == 7, "the new invoice is in the ledger", within_s=150, every_s=0.2)
    until(lambda: _all_read(hooked), "all is read", within_s=150, every_s=0.2)
    hooked.harbor.prove(posted=7)
    assert Run.everywhere.filter(trigger="webhook", state="done").exists()


def test_a_flood_of_duplicates_in_any_order_is_read_in_few_runs_and_posts_nothing_new(hooked: Journey) -> None:
    _first_reading(hooked)
    bills, runs = hooked.harbor.booked(), Run.everywhere.count()
    _tell(hooked, copies=100, shuffle=True)
    _tell(hooked, copies=20, shuffle=True, event_type="delete")
    _tell(hooked, resource_id=999_999_999)
    until(lambda: _all_read(hooked), "all is read", within_s=150, every_s=0.2)
    assert Receipt.everywhere.count() <= 3, "a duplicate is acknowledged and kept once"
    assert Run.everywhere.count() - runs <= 3
    assert hooked.harbor.booked() == bills
    hooked.harbor.prove(posted=6)


def test_a_forged_delivery_is_refused_and_leaves_nothing(hooked: Journey) -> None:
    hook = Hook.everywhere.get()
    address = f"{hooked.address}/hooks/procore/{hook.opaque_id}/"
    body = {"id": 1, "ulid": "01FORGED", "resource_name": "Work Order Contracts", "resource_id": 1}
    for headers in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": ""}):
        answer = requests.post(address, json=body, headers=headers, timeout=10)
        assert (answer.status_code, answer.text, answer.cookies.get_dict()) == (401, "", {})
    unknown = requests.post(f"{hooked.address}/hooks/procore/{'x' * 32}/", json=body, timeout=10)
    assert unknown.status_code in (401, 404)
    assert not Receipt.everywhere.exists()


def test_webhooks_wait_in_the_inbox_while_no_worker_runs(hooked: Journey) -> None:
    _tell(hooked)
    until(lambda: _all_delivered(hooked), "the web process acknowledged it alone")
    assert Receipt.everywhere.filter(state="new").count() == 1
    hooked.processes.worker()
    until(lambda: hooked.harbor.quiet, "the worker took it up", within_s=150, every_s=0.2)
    assert Receipt.everywhere.get().state == "done"
    hooked.harbor.make_due()
    until(lambda: len(hooked.harbor.booked()) == 6, "everything is posted", within_s=150, every_s=0.2)


def test_a_worker_killed_while_it_follows_a_webhook_leaves_the_webhook_to_the_next(hooked: Journey) -> None:
    hooked.hold_reading("/requisitions")
    _tell(hooked)
    worker = hooked.processes.worker()
    hooked.until_held()
    worker.kill()
    hooked.sandbox.post("held/release")
    hooked.processes.worker()
    until(lambda: _all_read(hooked) and Receipt.everywhere.get().state == "done", "the next worker followed it", within_s=150, every_s=0.2)
    assert hooked.harbor.booked()
