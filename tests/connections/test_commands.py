"""doctor and rotate_keys: what they print, and how they end."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from connectors.connections import vault
from connectors.connections.models import Connection
from connectors.port.errors import SignInAgain, TryLater
from onecore.lib.command import Exit, Stop
from onecore.lib.secretbox import new_key

from .pretend import CANARY, Remote

pytestmark = pytest.mark.django_db


def run(*command: str) -> tuple[int, Any]:
    """The exit code, and the one JSON document."""
    out = StringIO()
    code = 0
    try:
        call_command(*command, "--json", stdout=out, stderr=StringIO())
    except Stop as stop:
        code = stop.code
    return code, json.loads(out.getvalue())


def lines(answer: Any, state: str) -> str:
    return " ".join(f"{line['check']}: {line['what']}" for line in answer["lines"] if line["state"] == state)


def test_a_sound_installation_is_told_so(connection: Connection) -> None:
    code, answer = run("doctor")
    assert (code, answer["ok"]) == (Exit.DONE, True), answer
    assert "connection acme/Pretend, Acme: It works: Pretend & Sons (4711)." in lines(answer, "ok")


def test_people_get_a_table_and_what_to_do(connection: Connection, remote: Remote) -> None:
    remote.health = TryLater("It cannot be reached.")
    out = StringIO()
    with pytest.raises(Stop) as stop:
        call_command("doctor", stdout=out)
    assert stop.value.code == Exit.FAILED
    assert "What to do:" in out.getvalue()


def test_a_needed_sign_in_has_its_own_exit_code(connection: Connection, remote: Remote) -> None:
    remote.health = SignInAgain("The consent was taken back.")
    code, answer = run("doctor")
    assert code == Exit.SIGN_IN
    assert "taken back" in lines(answer, "fail")


def test_a_failure_outranks_a_needed_sign_in(connection: Connection, settings: Any) -> None:
    settings.ONECORE_FIELD_KEYS = [new_key()]
    code, answer = run("doctor")
    assert code == Exit.FAILED
    assert "ONECORE_FIELD_KEYS" in lines(answer, "fail")


def test_offline_calls_nobody(connection: Connection, remote: Remote) -> None:
    assert run("doctor", "--offline")[0] == Exit.DONE
    assert remote.grants == []


def test_a_half_set_of_addresses_is_found(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONECORE_PRETEND_API_URL", "http://127.0.0.1:9100")
    code, answer = run("doctor", "--offline")
    assert code == Exit.FAILED
    assert "ONECORE_PRETEND_TOKEN_URL" in lines(answer, "fail")


def test_it_prints_a_key_that_works(settings: Any) -> None:
    _, answer = run("doctor", "--new-key")
    settings.ONECORE_FIELD_KEYS = [answer["key"]]
    assert vault.box().open(vault.box().seal("x", bound_to="y"), bound_to="y") == "x"


def test_keys_are_rotated_and_the_old_one_can_go(connection: Connection, ledger: Connection, settings: Any) -> None:
    new = new_key()
    settings.ONECORE_FIELD_KEYS = [new, *settings.ONECORE_FIELD_KEYS]
    assert "older key" in lines(run("doctor", "--offline")[1], "warn")
    assert run("rotate_keys") == (0, {"ok": True, "key": vault.box().current, "resealed": 2, "current": 0, "unreadable": []})
    assert run("rotate_keys")[1]["current"] == 2
    settings.ONECORE_FIELD_KEYS = [new]
    assert vault.reveal(connection) == {"client_secret": CANARY}


def test_a_lost_key_does_not_stop_the_others_and_is_told(connection: Connection, tenant: Any, settings: Any) -> None:
    new = new_key()
    settings.ONECORE_FIELD_KEYS = [new]
    other = Connection.objects.create(system="pretend", name="Other")
    vault.put(other, {"client_secret": "readable"})
    code, answer = run("rotate_keys")
    assert code == Exit.FAILED
    assert [one["connection"] for one in answer["unreadable"]] == ["Pretend, Acme"]
    assert answer["current"] == 1


def test_a_malformed_key_is_a_sentence_and_exit_code_two(settings: Any) -> None:
    settings.ONECORE_FIELD_KEYS = ["not a key"]
    code, answer = run("rotate_keys")
    assert code == Exit.WRONG_USE
    assert "ONECORE_FIELD_KEYS" in answer["error"]
