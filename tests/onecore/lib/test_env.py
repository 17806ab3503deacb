"""A wrong setting is one sentence that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from onecore.lib.env import Env, SettingError


def test_a_missing_setting_is_named_with_both_ways_to_give_it() -> None:
    with pytest.raises(SettingError, match=r"SECRET_KEY is not set.*SECRET_KEY_FILE"):
        Env({}).text("SECRET_KEY")


def test_a_secret_can_come_from_a_file_and_the_variable_wins(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from file\n", encoding="utf-8")
    assert Env({"KEY_FILE": str(file)}).text("KEY") == "from file"
    assert Env({"KEY": "direct", "KEY_FILE": str(file)}).text("KEY") == "direct"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"KEY_FILE points at .*nowhere"):
        Env({"KEY_FILE": str(tmp_path / "nowhere")}).text("KEY")


@pytest.mark.parametrize(("kind", "value"), [("integer", "ten"), ("integer", "1.5"), ("seconds", "soon"), ("seconds", "-1"), ("flag", "maybe")])
def test_a_malformed_value_is_shown_with_its_name(kind: str, value: str) -> None:
    with pytest.raises(SettingError, match=rf"WAIT is '?{value}"):
        getattr(Env({"WAIT": value}), kind)("WAIT", 1)


def test_a_number_below_its_least_is_refused() -> None:
    with pytest.raises(SettingError, match="at least 1"):
        Env({"WORKERS": "0"}).integer("WORKERS", 2, least=1)


def test_lists_drop_blanks_and_flags_know_their_words() -> None:
    assert Env({"HOSTS": " a, ,b,"}).items("HOSTS") == ["a", "b"]
    assert [Env({"F": word}).flag("F", False) for word in ("1", "Yes", "on", "TRUE")] == [True] * 4
    assert Env({}).flag("F", True) is True
