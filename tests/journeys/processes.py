"""Worker and web processes as in production, started, stopped, killed and frozen."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

KNOBS = {
    "ONECORE_HTTP_CONNECT_S": "2",
    "ONECORE_HTTP_READ_S": "3",
    "ONECORE_HTTP_TOTAL_S": "3",
    "ONECORE_LEASE_S": "4",
    "ONECORE_POLL_S": "0.2",
    "ONECORE_VERIFY_WINDOW_S": "3",
    "ONECORE_RETRY_BASE_MS": "100",
    "ONECORE_RETRY_MAX_S": "2",
    "ONECORE_WORKERS": "2",
    "ONECORE_EGRESS_ALLOW": "127.0.0.1",
}


@dataclass
class Running:
    """One process with everything it started."""

    process: subprocess.Popen[bytes]
    log: Path

    def family(self) -> list[int]:
        """Its process id and those of all its descendants."""
        parents = _parents()
        found = [self.process.pid]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found

    def kill(self) -> None:
        """SIGKILL to all at once: no one has time to clean up."""
        self.signal_all(signal.SIGKILL)
        self.process.wait(10)

    @staticmethod
    def kill_some(pids: list[int]) -> None:
        """SIGKILL to a few of the family, at the same moment."""
        for pid in pids:
            _signal(pid, signal.SIGKILL)

    def freeze(self) -> None:
        self.signal_each(signal.SIGSTOP)

    def signal_each(self, how: int) -> None:
        for pid in self.family():
            _signal(pid, how)

    def signal_all(self, how: int) -> None:
        # Frozen first, so that nobody sees another die and starts it again.
        family = self.family()
        for pid in family:
            _signal(pid, signal.SIGSTOP)
        for pid in [*family, *(late for late in self.family() if late not in family)]:
            _signal(pid, how)

    def stop(self) -> None:
        """Politely, then not politely."""
        if self.process.poll() is None:
            family = self.family()
            self.signal_each(signal.SIGCONT)
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):  # the next lines end it
                self.process.wait(15)
            for pid in family:
                _signal(pid, signal.SIGKILL)
            self.process.wait(10)

    def words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Processes:
    """What a journey starts; all of it is ended when the journey ends."""

    folder: Path
    environment: dict[str, str]
    running: list[Running] = field(default_factory=list)

    def worker(self, **knobs: str) -> Running:
        return self.start("worker", str(settings.BASE_DIR / "manage.py"), "worker", **knobs)

    def web(self) -> tuple[Running, str]:
        """The portal under gunicorn, answering; and its address."""
        port = free_port()
        place = f"127.0.0.1:{port}"
        command = ["-m", "gunicorn", "onecore.wsgi", "--bind", place, "--threads", "4", "--no-control-socket"]
        running = self.start("web", *command)
        until(lambda: _listens(port), "the web process listens", within_s=90)
        return running, f"http://{place}"

    def start(self, name: str, *command: str, **knobs: str) -> Running:
        path = self.folder / f"{name}-{len(self.running)}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=settings.BASE_DIR,
                env={**os.environ, **self.environment, **knobs},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.running.append(Running(process, path))
        return self.running[-1]

    def stop_all(self) -> None:
        for running in reversed(self.running):
            running.stop()

    def words(self) -> str:
        return "\n".join(running.words() for running in self.running)


def until(seen: Callable[[], object], what: str, *, within_s: float = 90, every_s: float = 0.05) -> None:
    """Wait for it, or fail naming what did not happen."""
    ends = time.monotonic() + within_s
    while not seen():
        assert time.monotonic() < ends, f"not within {within_s} s: {what}"
        time.sleep(every_s)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _parents() -> dict[int, int]:
    """Every process and its parent, from /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):  # it ended while we looked
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return parents


def _signal(pid: int, how: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, how)
