"""`manage.py drain [--timeout S]`: block until nothing is pending, helping with the work meanwhile."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser

from connectors.sync import selectors, work
from onecore.lib.command import Contract, Exit, Stop


class Command(Contract):
    help = "Block until nothing is pending; exit 3 if it is not in time. Held and blocked documents wait for a person and do not count."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--timeout", type=float, default=300.0, help="seconds (300)")

    def handle(self, *args: Any, **options: Any) -> None:
        ends, told = time.monotonic() + options["timeout"], 0.0
        while True:
            left = ends - time.monotonic()
            done = work.work(budget_s=max(0.5, min(30.0, left)))
            pending = selectors.pending_counts()
            if not any(pending.values()):
                break
            self._stop_if_stuck(pending, in_time=time.monotonic() < ends)
            if time.monotonic() - told > 2:
                told = time.monotonic()
                self.note(", ".join(f"{count} {name}" for name, count in pending.items() if count) + " pending")
            if not done:
                time.sleep(0.2)
        self.answer({"ok": True, "pending": pending}, "Nothing is pending.")

    def _stop_if_stuck(self, pending: dict[str, int], *, in_time: bool) -> None:
        needed = selectors.sign_in_needed()
        if needed and not selectors.moving_without(needed):
            self.answer({"ok": False, "pending": pending, "sign_in": needed}, "")
            raise Stop(Exit.SIGN_IN, f"Someone must sign in: {', '.join(needed)}.")
        if not in_time:
            self.answer({"ok": False, "pending": pending}, "")
            counts = ", ".join(f"{count} {name}" for name, count in pending.items() if count)
            raise Stop(Exit.NOT_IN_TIME, f"Not finished in time: {counts} still pending. Run it again, or look at Work in the portal.")
