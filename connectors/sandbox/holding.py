"""Requests stopped half-way on purpose, so that a test can kill the caller at that very point."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Held:
    id: int
    phase: str  # before: nothing processed; after: stored, not answered
    system: str
    operations: tuple[str, ...]
    since: float
    gate: threading.Event = field(default_factory=threading.Event)


class Holding:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, Held] = {}
        self._last = 0

    def wait(self, *, phase: str, system: str, operations: tuple[str, ...], ms: int) -> None:
        with self._lock:
            self._last += 1
            held = self._held[self._last] = Held(self._last, phase, system, operations, time.monotonic())
        held.gate.wait(ms / 1000)
        with self._lock:
            self._held.pop(held.id, None)

    def listing(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "id": held.id,
                    "phase": held.phase,
                    "system": held.system,
                    "operations": list(held.operations),
                    "held_ms": int((time.monotonic() - held.since) * 1000),
                }
                for held in self._held.values()
            ]

    def release(self, held_id: int | None = None) -> int:
        with self._lock:
            chosen = [held for held in self._held.values() if held_id in (None, held.id)]
        for held in chosen:
            held.gate.set()
        return len(chosen)
