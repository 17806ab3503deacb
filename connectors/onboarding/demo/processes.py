"""The demo's own processes: sandbox, portal, worker. Started together, ended together, their words kept in log files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from connectors.onboarding.demo.place import HOST, Place
from connectors.onboarding.demo.reach import answers
from onecore.lib.command import Exit, Stop

_START_S = 90


@dataclass
class Processes:
    """What runs, by name."""

    place: Place
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        log = (self.place.folder / f"{name}.log").open("ab")
        with log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=os.environ,
                start_new_session=True,
            )

    def await_answer(self, name: str, url: str) -> None:
        """Until it answers. Raises Stop with its last words if it does not."""
        ends = time.monotonic() + _START_S
        while not answers(url):
            if self.running[name].poll() is not None or time.monotonic() > ends:
                raise Stop(Exit.FAILED, f"The {name} did not start. Its last words: {self.last_words(name)}")
            time.sleep(0.1)

    def last_words(self, name: str) -> str:
        lines = (self.place.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " / ".join(lines[-3:]) or "(none)"

    def dead(self) -> list[str]:
        """Names of those that ended by themselves."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def stop(self) -> None:
        """Politely, last started first; then not politely."""
        for process in reversed(self.running.values()):
            _signal(process, signal.SIGTERM)
        for process in reversed(self.running.values()):
            with suppress(subprocess.TimeoutExpired):  # the group is killed in the next line
                process.wait(timeout=20)
            _signal(process, signal.SIGKILL, whole_group=True)


def _signal(process: subprocess.Popen[bytes], how: int, *, whole_group: bool = False) -> None:
    try:
        if whole_group:
            os.killpg(process.pid, how)
        elif process.poll() is None:
            process.send_signal(how)
    except ProcessLookupError:
        return


@contextmanager
def sandbox_running(place: Place, *, scenario: str, scale: int) -> Iterator[Processes]:
    """The pretend systems, and room for more processes beside them; all are ended on the way out."""
    processes = Processes(place)
    state = place.folder / "sandbox.sqlite3"
    try:
        arguments = ["--port", str(place.sandbox), "--state", str(state), "--scenario", scenario, "--scale", str(scale)]
        processes.start("sandbox", "-m", "connectors.sandbox", *arguments)
        processes.await_answer("sandbox", f"{place.control}/health")
        yield processes
    finally:
        processes.stop()


def start_portal(processes: Processes) -> None:
    """The web process, under gunicorn as in production."""
    address = f"{HOST}:{processes.place.web}"
    processes.start(
        "portal",
        "-m",
        "gunicorn",
        "onecore.wsgi",
        "--bind",
        address,
        "--threads",
        "6",
        "--no-control-socket",
        "--timeout",
        "120",
        "--keep-alive",
        "5",
    )
    processes.await_answer("portal", f"{processes.place.portal}/healthz")


def start_worker(processes: Processes) -> None:
    """The watchdog with its cluster."""
    processes.start("worker", str(Path(settings.BASE_DIR) / "manage.py"), "worker")
