"""What every command keeps: one answer, sentences for failures, exit codes that mean something."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from onecore.lib.command import Contract, Exit, Stop, run_command_line, table
from onecore.lib.env import SettingError


def command(act: Callable[[Contract], None]) -> Contract:
    class Command(Contract):
        def handle(self, *args: Any, **options: Any) -> None:
            act(self)

    return Command()


def answer_of(act: Callable[[Contract], None], *arguments: str) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command(command(act), *arguments, stdout=out)
    except Stop as stop:
        code = stop.code
    return code, out.getvalue()


def test_people_get_text_and_machines_one_json_document_with_exact_amounts() -> None:
    def act(self: Contract) -> None:
        self.answer({"total": Decimal("10.00"), "day": date(2026, 1, 2)}, "ten")

    assert answer_of(act) == (0, "ten\n")
    assert json.loads(answer_of(act, "--json")[1]) == {"total": "10.00", "day": "2026-01-02"}


@pytest.mark.parametrize(
    ("problem", "code"),
    [(Stop(Exit.SIGN_IN, "Sign in."), 4), (SettingError("X is not set."), 2), (CommandError("No such file."), 2)],
)
def test_a_failure_is_its_sentence_and_its_code(problem: Exception, code: int) -> None:
    def act(self: Contract) -> None:
        raise problem

    found, printed = answer_of(act, "--json")
    assert found == code
    assert json.loads(printed) == {"ok": False, "code": code, "error": str(problem)}


def test_a_stop_after_the_answer_leaves_one_document() -> None:
    def act(self: Contract) -> None:
        self.answer({"ok": False}, "bad")
        raise Stop(Exit.FAILED, "It does not reconcile.")

    code, printed = answer_of(act, "--json")
    assert (code, json.loads(printed)) == (1, {"ok": False})


def test_a_mistake_of_ours_is_not_hidden() -> None:
    def act(self: Contract) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        answer_of(act)


def test_a_command_answers_once() -> None:
    def act(self: Contract) -> None:
        self.answer({}, "")
        self.answer({}, "")

    with pytest.raises(RuntimeError):
        answer_of(act)


def test_on_the_command_line_a_failure_is_one_sentence_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def act(self: Contract) -> None:
        raise SettingError("X is not set.")

    with pytest.raises(SystemExit) as ended:
        command(act).run_from_argv(["manage.py", "x"])
    assert (ended.value.code, capsys.readouterr().err) == (2, "X is not set.\n")


def test_a_setting_that_stops_the_start_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def start(argv: list[str]) -> None:
        raise SettingError("SECRET_KEY is not set.")

    monkeypatch.setattr("django.core.management.execute_from_command_line", start)
    with pytest.raises(SystemExit) as ended:
        run_command_line(["manage.py", "doctor", "--json"])
    printed = capsys.readouterr()
    assert (ended.value.code, printed.err) == (2, "SECRET_KEY is not set.\n")
    assert json.loads(printed.out) == {"ok": False, "code": 2, "error": "SECRET_KEY is not set."}


def test_a_table_aligns_its_columns() -> None:
    assert table([["a", Decimal("1.00")], ["bbb", Decimal("10.00")]], head=["name", "sum"], right=[1]) == (
        "name    sum\n----  -----\na      1.00\nbbb   10.00"
    )
