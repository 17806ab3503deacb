"""What was asked of the pretend systems: counts by operation, and the last requests."""

import hashlib
import threading
from collections import Counter, deque
from typing import Any

from connectors.sandbox.messages import Request

KEPT_REQUESTS = 500
KEPT_BODIES = 60
MAX_BODY_CHARS = 400_000


class Calls:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._requests: Counter[str] = Counter()
            self._operations: dict[str, Counter[str]] = {}
            self._statuses: dict[str, Counter[str]] = {}
            self._last: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)
            self._bodies: deque[dict[str, Any]] = deque(maxlen=KEPT_BODIES)

    def note(self, request: Request, *, system: str, operations: tuple[str, ...], status: int | None, at: str, effects: list[str]) -> None:
        entry: dict[str, Any] = {
            "at": at,
            "system": system,
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "operations": dict(Counter(operations)),
            "status": status,
            "effects": effects,
            "body_sha256": hashlib.sha256(request.body).hexdigest(),
            "body_bytes": len(request.body),
        }
        with self._lock:
            self._requests[system] += 1
            self._operations.setdefault(system, Counter()).update(operations)
            self._statuses.setdefault(system, Counter())[str(status)] += 1
            self._last.append(entry)
            if len(self._bodies) == KEPT_BODIES:
                self._bodies[0].pop("body", None)
            entry["body"] = request.body[:MAX_BODY_CHARS].decode("utf-8", "replace")
            self._bodies.append(entry)

    def summary(self, *, last: int = 0, bodies: bool = False) -> dict[str, Any]:
        with self._lock:
            systems = {
                system: {
                    "requests": self._requests[system],
                    "operations": dict(sorted(self._operations[system].items())),
                    "statuses": dict(sorted(self._statuses[system].items())),
                }
                for system in sorted(self._requests)
            }
            entries = list(self._last)[-last:] if last else []
        if not bodies:
            entries = [{key: value for key, value in entry.items() if key != "body"} for entry in entries]
        return {"systems": systems, "last": entries} if last else {"systems": systems}
