"""`manage.py doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

from typing import Any

from connectors.connections.doctor import FAIL, WARN, Line, examine
from onecore.lib.command import Contract, Exit, Stop, table
from onecore.lib.secretbox import new_key


class Command(Contract):
    help = "Check settings, database, secrets, addresses, and ask every connection whether it works."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--new-key", action="store_true", help="print a fresh key for ONECORE_FIELD_KEYS, and do nothing else")
        parser.add_argument("--offline", action="store_true", help="call no outside system")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            key = new_key()
            self.answer({"ok": True, "key": key}, key)
            return
        lines = list(examine(offline=options["offline"]))
        failed = [line for line in lines if line.state == FAIL]
        warned = sum(line.state == WARN for line in lines)
        self.answer({"ok": not failed, "lines": [line.as_data() for line in lines]}, _told(lines))
        if any(not line.sign_in for line in failed):
            raise Stop(Exit.FAILED, f"{len(failed)} failed, {warned} warnings.")
        if failed:
            raise Stop(Exit.SIGN_IN, f"{len(failed)} connections need somebody to sign in.")


def _told(lines: list[Line]) -> str:
    rows = [[line.state, line.check, line.what] for line in lines]
    text = table(rows)
    fixes = [f"  {line.check}: {line.fix}" for line in lines if line.fix]
    return "\n".join([text, *(["", "What to do:", *fixes] if fixes else [])])
