"""`manage.py sandbox`: run the pretend systems in the foreground."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings

from connectors.sandbox.server import DEFAULT_PORT, environment, serve
from connectors.sandbox.world.scenarios import SCENARIOS
from onecore.lib.command import Contract, Exit, Stop


class Command(Contract):
    help = "Run the pretend systems on this machine, in the foreground. Their /control/ address steers and inspects them."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
        parser.add_argument(
            "--scenario", default="contractor", choices=sorted(SCENARIOS), help="for a new state file; one that holds a world keeps it"
        )
        parser.add_argument("--scale", type=int, default=1, help="multiply the world of a new state file, for load")
        parser.add_argument("--state", type=Path, default=None, help="the file that keeps the world (default: var/sandbox/state.sqlite3)")

    def handle(self, *args: Any, **options: Any) -> None:
        state = options["state"] or settings.VAR_DIR / "sandbox" / "state.sqlite3"
        if settings.PRODUCTION:
            raise Stop(Exit.WRONG_USE, "The sandbox does not run where ONECORE_ENVIRONMENT is production: pretend money must never meet real books.")
        if options["scale"] < 1:
            raise Stop(Exit.WRONG_USE, f"--scale is {options['scale']}, but must be at least 1.")
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        try:
            state.parent.mkdir(parents=True, exist_ok=True)
            server = serve("127.0.0.1", options["port"], state, options["scenario"], options["scale"])
        except (OSError, OverflowError) as problem:
            raise Stop(
                Exit.FAILED, f"The sandbox cannot start on port {options['port']} with {state}: {problem}. Choose another --port or --state."
            ) from problem
        try:
            self._tell(server.address, state)
            stopped.wait()
        finally:
            server.stop()

    def _tell(self, address: str, state: Path) -> None:
        variables = environment(address)
        lines = [f"The pretend systems are at {address}, steered by {address}/control/. Their world is kept in {state}. Stop with Ctrl-C."]
        lines += [f"export {name}={value}" for name, value in variables.items()]
        data = {"ok": True, "address": address, "control": f"{address}/control/", "state": str(state), "environment": variables}
        self.answer(data, "\n".join(lines))
        self.stdout.flush()
