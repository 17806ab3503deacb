"""Delivers queued webhooks over HTTP: five seconds to answer, then pause and back off, discarded after twelve hours."""

import json
import threading

from connectors.sandbox.clock import iso
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town
from connectors.sandbox.transport.outgoing import post

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 3600.0
GIVE_UP_S = 12 * 3600
ROUND_S = 0.1


class Postman:
    def __init__(self, town: Town) -> None:
        self._town = town
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="postman", daemon=True)
        self.paused = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _walk(self) -> None:
        while not self._stop.wait(ROUND_S):
            if not self.paused:
                self.deliver_due()

    def deliver_due(self) -> int:
        """One round over all companies; returns how many letters were tried."""
        tried = 0
        state = self._town.state
        for company in self._town.world.get("companies", []):
            space = f"procore:{company}"
            waiting = list(state.select(space, "delivery", Where(k1=["enqueued"])))
            for letter in waiting:
                hook = state.get(space, "hook", letter["hook_id"])
                if self._stop.is_set():
                    return tried
                if hook is None:
                    self._keep(space, {**letter, "outcome": "discarded"})
                elif hook["retry_at"] <= self._town.clock.stamp():
                    tried += 1
                    self._try(space, hook, letter)
        return tried

    def _try(self, space: str, hook: Body, letter: Body) -> None:
        started = iso(self._town.clock.now())
        authorization = hook["destination_headers"].get("Authorization")
        headers = {"Content-Type": "application/json", **({"Authorization": authorization} if authorization else {})}
        status, error = post(hook["destination_url"], body=json.dumps(letter["event"]).encode(), headers=headers)
        done = status is not None and 200 <= status < 300
        letter = {**letter, "attempts": letter["attempts"] + 1, "response_status": status, "response_error": error,
                  "started_at": started, "completed_at": iso(self._town.clock.now()),
                  "outcome": "ok" if done else "enqueued"}  # fmt: skip
        with self._town.state.transaction():
            self._keep(space, letter)
            self._mark(space, hook, done=done)

    def _mark(self, space: str, hook: Body, *, done: bool) -> None:
        """A success resets the counters; a failure pauses the endpoint, and after twelve hours empties its queue."""
        current = self._town.state.get(space, "hook", hook["id"])
        if current is None:
            return
        now = self._town.clock.stamp()
        if done:
            current |= {"failures": 0, "retry_at": 0.0, "first_failure_at": None}
        else:
            first = current["first_failure_at"] or now
            wait = min(FIRST_RETRY_S * 2 ** current["failures"], LONGEST_RETRY_S)
            current |= {"failures": current["failures"] + 1, "retry_at": now + wait, "first_failure_at": first}
            if now - first > GIVE_UP_S:
                for letter in list(self._town.state.select(space, "delivery", Where(parents=[hook["id"]], k1=["enqueued"]))):
                    self._keep(space, {**letter, "outcome": "discarded"})
                current |= {"failures": 0, "retry_at": 0.0, "first_failure_at": None}
        self._town.state.put(space, "hook", hook["id"], current, parent=current["project_id"] or 0)

    def _keep(self, space: str, letter: Body) -> None:
        self._town.state.put(space, "delivery", letter["id"], letter, parent=letter["hook_id"], k1=letter["outcome"])
