"""Hooks and triggers as v1.0 manages them, and real deliveries with pause, backoff, copies and disorder."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.sandbox.speaking import ProcoreCaller
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]


class _Ear(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Listener)
        self.heard: list[tuple[str | None, dict[str, Any]]] = []
        self.answers: list[int] = []

    def waits_for(self, count: int) -> list[dict[str, Any]]:
        deadline = time.monotonic() + 8
        while len(self.heard) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.heard) >= count
        return [payload for _, payload in self.heard]


class _Listener(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        ear: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = ear.answers.pop(0) if ear.answers else 200
        if status == 200:
            ear.heard.append((self.headers["Authorization"], json.loads(body)))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Silent."""


@pytest.fixture
def ear() -> Iterator[_Ear]:
    server = _Ear()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def _hook(procore: ProcoreCaller, ear: _Ear, **scope: int) -> int:
    hook = {
        "api_version": "v2.0", "namespace": "onecore", "destination_url": f"http://127.0.0.1:{ear.server_address[1]}/hook",
        "destination_headers": {"Authorization": "Bearer long-random-secret"},
    }  # fmt: skip
    made = procore.call("POST", "v1.0/webhooks/hooks", json={**scope, "hook": hook})
    assert made.status_code == 201
    assert made.json()["destination_headers"]["Authorization"].endswith("ecret")
    assert "long-random" not in made.text
    return int(made.json()["id"])


def _trigger(procore: ProcoreCaller, hook_id: int, resource: str, event: str = "update", **scope: int) -> Any:
    body = {**scope, "api_version": "v2.0", "trigger": {"resource_name": resource, "event_type": event}}
    return procore.call("POST", f"v1.0/webhooks/hooks/{hook_id}/triggers", json=body)


def test_an_approval_is_announced_for_the_commitment(sandbox: Sandbox, procore: ProcoreCaller, ear: _Ear) -> None:
    project = procore.projects()[0]["id"]
    hook_id = _hook(procore, ear, project_id=project)
    assert _trigger(procore, hook_id, "Work Order Contracts", project_id=project).json()["event_type"] == "UPDATE"
    claim = next(row for row in procore.requisitions(project) if row["status"] == "approved" and row["commitment_type"] == "WorkOrderContract")
    sandbox.post(f"procore/{procore.company_id}/requisitions/{claim['id']}/approve")
    payload = ear.waits_for(1)[0]
    assert ear.heard[0][0] == "Bearer long-random-secret"
    assert (payload["resource_name"], payload["event_type"]) == ("Work Order Contracts", "update")
    assert (payload["resource_id"], payload["project_id"], payload["company_id"]) == (claim["commitment_id"], project, procore.company_id)
    assert payload["api_version"] == "v2.0"
    assert len(payload["ulid"]) == 26
    procore.call("DELETE", f"v1.0/webhooks/hooks/{hook_id}", params={"project_id": project})


def test_a_failing_destination_pauses_and_is_tried_again(sandbox: Sandbox, procore: ProcoreCaller, ear: _Ear) -> None:
    hook_id = _hook(procore, ear, company_id=procore.company_id)
    _trigger(procore, hook_id, "Company Vendors", company_id=procore.company_id)
    ear.answers = [500]
    assert sandbox.post(f"procore/{procore.company_id}/webhook", resource_name="Company Vendors", event_type="update", resource_id=7)["queued"] == 1
    time.sleep(0.4)
    assert ear.heard == []
    queue = sandbox.get(f"procore/{procore.company_id}/webhooks")["deliveries"]
    assert (queue[-1]["outcome"], queue[-1]["response_status"]) == ("enqueued", 500)
    sandbox.post("clock", advance_s=2)
    assert ear.waits_for(1)[0]["resource_id"] == 7


def test_events_can_be_doubled_and_shuffled(sandbox: Sandbox, procore: ProcoreCaller, ear: _Ear) -> None:
    hook_id = _hook(procore, ear, company_id=procore.company_id)
    _trigger(procore, hook_id, "Company Vendors", company_id=procore.company_id)
    sandbox.post(f"procore/{procore.company_id}/webhook", resource_name="Company Vendors", event_type="update", resource_id=9, copies=4, shuffle=True)
    payloads = ear.waits_for(4)
    assert len({payload["ulid"] for payload in payloads}) == 1
    procore.call("DELETE", f"v1.0/webhooks/hooks/{hook_id}", params={"company_id": procore.company_id})


def test_after_twelve_hours_the_queue_is_thrown_away(sandbox: Sandbox, procore: ProcoreCaller, ear: _Ear) -> None:
    caller = ProcoreCaller.signed_in(sandbox, "Borealis")
    hook_id = _hook(caller, ear, company_id=caller.company_id)
    _trigger(caller, hook_id, "Company Vendors", company_id=caller.company_id)
    ear.answers = [500] * 50
    sandbox.post(f"procore/{caller.company_id}/webhook", resource_name="Company Vendors", event_type="update", resource_id=1)
    time.sleep(0.3)
    sandbox.post("clock", advance_s=13 * 3600)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        outcomes = [row["outcome"] for row in sandbox.get(f"procore/{caller.company_id}/webhooks")["deliveries"]]
        if outcomes == ["discarded"]:
            break
        time.sleep(0.05)
    assert outcomes == ["discarded"]


@pytest.mark.parametrize("name", ["Requisitions", "Commitments", "Billing Periods"])
def test_some_resources_have_no_webhook(procore: ProcoreCaller, ear: _Ear, name: str) -> None:
    project = procore.projects()[1]["id"]
    hook_id = _hook(procore, ear, project_id=project)
    assert _trigger(procore, hook_id, name, project_id=project).status_code == 422


def test_scopes_and_events_are_kept_apart(procore: ProcoreCaller, ear: _Ear) -> None:
    project = procore.projects()[2]["id"]
    own = _hook(procore, ear, project_id=project)
    company = _hook(procore, ear, company_id=procore.company_id)
    assert _trigger(procore, own, "Company Vendors", project_id=project).status_code == 422
    assert _trigger(procore, company, "Contract Payments", company_id=procore.company_id).status_code == 422
    assert _trigger(procore, company, "Company Vendors", "delete", company_id=procore.company_id).status_code == 422
    assert _trigger(procore, own, "Contract Payments", company_id=procore.company_id).status_code == 404
    assert _trigger(procore, own, "Contract Payments", project_id=project).status_code == 201
    assert _trigger(procore, own, "Contract Payments", project_id=project).status_code == 422
    body = {"project_id": project, "api_version": "v2", "triggers": [{"resource_name": "Nonsense", "event_type": "create"},
                                                                  {"resource_name": "Contract Payments", "event_type": "create"}]}  # fmt: skip
    bulk = procore.call("POST", f"v1.0/webhooks/hooks/{own}/triggers/bulk", json=body)
    assert (bulk.status_code, len(bulk.json()["success"]), len(bulk.json()["failed"])) == (207, 1, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"destination_url": "http://example.com/hook"}, {"destination_url": "ftp://127.0.0.1/"}, {"namespace": "One Core"},
        {"api_version": "v9"}, {"destination_headers": {"X-Other": "1"}},
    ],
)  # fmt: skip
def test_a_wrong_hook_is_refused(procore: ProcoreCaller, changes: dict[str, Any]) -> None:
    hook = {"api_version": "v2.0", "namespace": "onecore", "destination_url": "https://onecore.example/hook", **changes}
    assert procore.call("POST", "v1.0/webhooks/hooks", json={"company_id": procore.company_id, "hook": hook}).status_code == 422
