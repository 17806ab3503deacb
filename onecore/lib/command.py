"""What every OneCore command keeps: one answer for people or `--json` for machines, logs on stderr, exit codes that mean
something, and a sentence instead of a traceback."""

from __future__ import annotations

import dataclasses
import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser, handle_default_options
from django.db import connections
from django.db.utils import OperationalError, ProgrammingError

from onecore.lib.env import SettingError


class Exit(IntEnum):
    """How a command ends. Scripts rely on these."""

    DONE = 0  # held documents included: they are in the output
    FAILED = 1  # something failed or does not reconcile
    WRONG_USE = 2  # wrong arguments or a wrong setting
    NOT_IN_TIME = 3
    SIGN_IN = 4  # someone must sign in first


class Stop(CommandError):
    """End the command now with this exit code. The sentence says what, where, why and what to do next."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence, returncode=int(code))
        self.code = int(code)
        self.sentence = sentence


class Contract(BaseCommand):
    """A command of the contract. `handle` calls `answer` once; it raises Stop to end with another code than 0.

    Stop after `answer` keeps the answer and adds the sentence on stderr; Stop without one makes the sentence the answer.
    """

    requires_system_checks: tuple[str, ...] = ()  # `doctor` runs them all and says what is wrong

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="print one JSON document for machines")
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run `handle`; every expected failure becomes a Stop."""
        self.json = bool(options.get("json"))
        self.answered = False
        try:
            return super().execute(*args, **options)
        except (Stop, CommandError, SettingError, ImproperlyConfigured, OperationalError, ProgrammingError) as problem:
            stop = _as_stop(problem)
            if self.json and not self.answered:
                self.answer({"ok": False, "code": stop.code, "error": stop.sentence}, "")
            if stop is problem:
                raise
            raise stop from problem

    def answer(self, data: dict[str, Any], text: str) -> None:
        """The result, once: `data` for machines, `text` for people."""
        if self.answered:
            raise RuntimeError("A command answers once: scripts read one JSON document.")
        self.answered = True
        self.stdout.write(json.dumps(data, default=as_json, ensure_ascii=False, indent=2) if self.json else text)

    def note(self, text: str) -> None:
        """A line about progress, on stderr, so that stdout stays one answer."""
        self.stderr.write(text, style_func=str)

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django's, but a failure is its sentence alone, without a class name before it."""
        self._called_from_command_line = True
        options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
        args = options.pop("args", ())
        handle_default_options(Namespace(settings=options.get("settings"), pythonpath=options.get("pythonpath")))
        try:
            self.execute(*args, **options)
        except CommandError as stop:
            if options.get("traceback"):
                raise
            self.note(str(stop))
            sys.exit(stop.returncode)
        except KeyboardInterrupt:
            sys.exit(130)
        finally:
            connections.close_all()


def as_json(value: Any) -> Any:
    """What JSON cannot hold, in the contract's form: amounts and ids as strings, moments in ISO 8601."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def table(rows: Sequence[Sequence[Any]], *, head: Sequence[str] = (), right: Sequence[int] = ()) -> str:
    """Columns under each other for a terminal. `right`: the columns to align at their right edge, such as amounts."""
    lines = [[str(cell) for cell in row] for row in ([head] if head else []) + list(rows)]
    if not lines:
        return ""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    made = [
        "  ".join(cell.rjust(width) if index in right else cell.ljust(width) for index, (cell, width) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    ]
    if head:
        made.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in made)


def run_command_line(argv: list[str]) -> None:
    """What manage.py calls: a setting that stops the start is one sentence and exit code 2, for every command."""
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(argv)
    except (SettingError, ImproperlyConfigured) as problem:
        if "--traceback" in argv:
            raise
        if "--json" in argv:
            sys.stdout.write(json.dumps({"ok": False, "code": int(Exit.WRONG_USE), "error": str(problem)}) + "\n")
        sys.stderr.write(f"{problem}\n")
        sys.exit(Exit.WRONG_USE)


def _as_stop(problem: Exception) -> Stop:
    if isinstance(problem, Stop):
        return problem
    if isinstance(problem, CommandError | SettingError | ImproperlyConfigured):
        return Stop(Exit.WRONG_USE, str(problem))
    return Stop(Exit.FAILED, f"The database did not answer as expected: {str(problem).strip()}. Run `manage.py migrate`, then `manage.py doctor`.")
