"""`manage.py sandbox`: run the pretend systems in the foreground."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from onecore.lib.command import Contract, Exit, Stop


class Command(Contract):
    help = "Run the pretend systems on this machine, in the foreground. Their /control/ address steers and inspects them."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=9100)
        parser.add_argument("--scenario", default="", help="the world to start with; empty keeps the one in the state file, or the ordinary one")
        parser.add_argument("--scale", type=int, default=0, help="multiply the world, for load; empty keeps the one in the state file")
        parser.add_argument("--state", type=Path, default=None, help="where the state is kept (var/sandbox/state.sqlite3)")

    def handle(self, *args: Any, **options: Any) -> None:
        from connectors.sandbox import server

        if settings.PRODUCTION:
            raise Stop(
                Exit.WRONG_USE, "The sandbox does not run where ONECORE_ENVIRONMENT is production: its pretend money must never meet real books."
            )
        if options["scale"] < 0 or not 0 <= options["port"] < 65536:
            raise Stop(Exit.WRONG_USE, "--scale must be at least 1, and --port between 1 and 65535.")
        state: Path = options["state"] or settings.VAR_DIR / "sandbox" / "state.sqlite3"
        state.parent.mkdir(parents=True, exist_ok=True)
        arguments = ["--port", str(options["port"]), "--state", str(state)]
        arguments += ["--scenario", options["scenario"]] if options["scenario"] else []
        arguments += ["--scale", str(options["scale"])] if options["scale"] else []
        address = f"http://127.0.0.1:{options['port']}"
        self.answer(
            {"ok": True, "address": address, "control": f"{address}/control/", "state": str(state)},
            f"The pretend systems are at {address}/ (state in {state}). Stop with Ctrl-C.",
        )
        self.stdout.flush()
        sys.exit(server.main(arguments))
