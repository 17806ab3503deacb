"""`manage.py rotate_keys`: re-encrypt every credential with the first key of ONECORE_FIELD_KEYS."""

from __future__ import annotations

import dataclasses
from typing import Any

from connectors.connections import vault
from connectors.connections.rotate import rotate
from onecore.lib.command import Contract, Exit, Stop


class Command(Contract):
    help = "Re-encrypt every credential with the current key (the first of ONECORE_FIELD_KEYS), while the system runs."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = vault.box().current
        except ValueError as problem:
            raise Stop(Exit.WRONG_USE, str(problem)) from problem
        result = rotate()
        lines = [f"Re-encrypted {result.resealed}, already current {result.current}. Current key: {key}."]
        lines += [f"{one['tenant']}/{one['connection']}: not readable, {one['why']}" for one in result.unreadable]
        if not result.unreadable:
            lines.append("The older keys may now be taken out of ONECORE_FIELD_KEYS.")
        self.answer({"ok": not result.unreadable, "key": key, **dataclasses.asdict(result)}, "\n".join(lines))
        if result.unreadable:
            raise Stop(
                Exit.FAILED, "Some credentials could not be read. Put their key back behind the current one and run this again, or enter them anew."
            )
