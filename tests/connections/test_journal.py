"""Every call is written down, and no secret is."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.db import DatabaseError

from connectors.connections.journal import CAP_CHARACTERS, CallJournal, purge
from connectors.connections.models import Call, Connection
from connectors.connections.opening import signing_in
from connectors.port.connector import CallRecord, Token
from onecore.lib.clock import utcnow

from .pretend import CANARY

pytestmark = pytest.mark.django_db


def record(**changes: Any) -> CallRecord:
    return CallRecord(
        **{"method": "GET", "url": "https://api/x", "operation": "look", "status": 200, "elapsed_ms": 5, "request": "", "response": "", **changes}
    )


def everything() -> str:
    return repr(list(Call.everywhere.values()))


@pytest.mark.parametrize("notation", [str, quote_plus, lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")])
def test_a_canary_leaves_no_trace_in_any_column(connection: Connection, notation: Any) -> None:
    journal = CallJournal(connection)
    journal.hide([CANARY])
    said = f"so {notation(CANARY)} it is"
    journal.wrote(record(url=f"https://api/?q={quote_plus(CANARY)}", operation=said, request=said, response=said, request_id=said, error=said))
    assert "kanarienvogel" not in everything()


def test_a_canary_of_the_vault_is_hidden_from_the_first_call_on(connection: Connection) -> None:
    entry = signing_in(connection)
    entry.signing.journal.wrote(record(request=f"note={CANARY}", response=CANARY))
    assert "kanarienvogel" not in everything()


def test_tokens_are_hidden_as_soon_as_they_are_known(connection: Connection) -> None:
    entry = signing_in(connection)
    entry.tokens.accept(Token("access-kanarienvogel", 4e9, "refresh-kanarienvogel"))
    entry.signing.journal.wrote(record(response="{'x': 'access-kanarienvogel', 'y': 'refresh-kanarienvogel'}"))
    assert "kanarienvogel" not in everything()


def test_secrets_it_was_never_told_are_masked_by_their_names(connection: Connection) -> None:
    basic = base64.b64encode(b"user:kanarienvogel").decode()
    CallJournal(connection).wrote(
        record(request=f"Authorization: Basic {basic}\nclient_secret=kanarienvogel&x=1", response='{"access_token": "kanarienvogel"}')
    )
    assert "kanarienvogel" not in everything()
    assert basic not in everything()


def test_long_bodies_are_cut_and_say_so(connection: Connection) -> None:
    CallJournal(connection).wrote(record(response="x" * (CAP_CHARACTERS + 7)))
    assert Call.everywhere.get().response.endswith("… 7 more characters were not kept")


def test_hostile_bytes_do_not_break_the_line(connection: Connection) -> None:
    CallJournal(connection).wrote(record(response="a\x00b\ud800c", operation="o" * 500))
    assert Call.everywhere.get().response == "abc"


def test_lines_held_back_are_written_in_one_statement(connection: Connection, django_assert_num_queries: Any) -> None:
    journal = CallJournal(connection, hold_back=100)
    with django_assert_num_queries(0):
        for _ in range(50):
            journal.wrote(record())
    with django_assert_num_queries(1):
        journal.flush()
    assert Call.everywhere.count() == 50


def test_a_database_that_refuses_does_not_break_the_call(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(Call.everywhere, "bulk_create", refuse)
    CallJournal(connection).wrote(record())


def test_old_calls_are_forgotten_and_young_ones_kept(connection: Connection, settings: Any) -> None:
    settings.ONECORE_CALLS_KEEP_DAYS = 30
    journal = CallJournal(connection)
    for _ in range(3):
        journal.wrote(record())
    oldest = Call.everywhere.earliest("pk")
    Call.everywhere.filter(pk=oldest.pk).update(at=utcnow() - timedelta(days=31))
    assert purge(now=utcnow()) == 1
    assert Call.everywhere.count() == 2
