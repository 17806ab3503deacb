"""Read settings from the environment. A missing or malformed one stops the start with a sentence that names it.

Every value can also come from a file: `NAME_FILE=/run/secrets/name` wins over nothing, loses against `NAME`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

Number = TypeVar("Number", int, float)


class SettingError(Exception):
    """A setting is missing or malformed; the text names it and says how to mend it."""


class Env:
    """Typed look-ups in one mapping of environment variables."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values

    def text(self, name: str, default: str | None = None) -> str:
        """The value of `name`, or of the file `NAME_FILE` points at; `default` where neither is set."""
        value = self.values.get(name) or self._from_file(name) or default
        if value is None:
            raise SettingError(f"{name} is not set. Set it in the environment, or point {name}_FILE at a file that holds it.")
        return value

    def integer(self, name: str, default: int, *, least: int | None = None) -> int:
        value = self._number(name, default, int, "a whole number")
        if least is not None and value < least:
            raise SettingError(f"{name} is {value}, but must be at least {least}.")
        return value

    def seconds(self, name: str, default: float) -> float:
        value = self._number(name, default, float, "a number of seconds")
        if value < 0:
            raise SettingError(f"{name} is {value}, but a time cannot be negative.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        text = self.text(name, "yes" if default else "no").strip().lower()
        if text in {"1", "yes", "true", "on"}:
            return True
        if text in {"0", "no", "false", "off"}:
            return False
        raise SettingError(f"{name} is {text!r}, but must be yes or no.")

    def items(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list; blanks dropped."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def _number(self, name: str, default: Number, kind: type[Number], wanted: str) -> Number:
        text = self.text(name, str(default))
        try:
            return kind(text)
        except ValueError:
            raise SettingError(f"{name} is {text!r}, but must be {wanted}.") from None

    def _from_file(self, name: str) -> str | None:
        path = self.values.get(f"{name}_FILE")
        if not path:
            return None
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise SettingError(f"{name}_FILE points at {path}, which cannot be read: {problem.strerror}.") from None
