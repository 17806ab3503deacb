"""Opening a connection gives its adapter everything, or a sentence about what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from connectors.connections import opening, vault
from connectors.connections.endpoints import endpoints_of
from connectors.connections.models import Call, Connection
from connectors.port.connector import CallRecord
from connectors.port.errors import SignInAgain
from onecore.lib.env import Env, SettingError
from onecore.lib.secretbox import new_key

from . import pretend

pytestmark = pytest.mark.django_db


def test_the_adapter_gets_secrets_and_settings_together(connection: Connection) -> None:
    port: Any = opening.open_port(connection)
    assert dict(port.opening.config) == {"company_id": "4711", "client_id": "acme", "client_secret": pretend.CANARY, "nickname": ""}
    assert port.check().organisation == "Pretend & Sons"


def test_it_refuses_inside_a_transaction(connection: Connection) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        opening.open_port(connection)


def test_a_call_inside_a_transaction_is_refused_although_it_was_opened_outside(connection: Connection) -> None:
    port = opening.open_port(connection)
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        port.check()


def test_a_sign_in_inside_a_transaction_is_refused(connection: Connection, remote: pretend.Remote) -> None:
    tokens = opening.signing_in(connection).tokens
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        tokens.token()
    assert remote.grants == []


def test_a_missing_secret_is_named_and_stops_the_connection(connection: Connection) -> None:
    vault.wipe(connection)
    with pytest.raises(SignInAgain, match="Client secret"):
        opening.open_port(connection)
    connection.refresh_from_db()
    assert connection.status == Connection.Status.SIGN_IN


def test_a_lost_key_is_a_sentence_and_not_a_traceback(connection: Connection, settings: Any) -> None:
    settings.ONECORE_FIELD_KEYS = [new_key()]
    with pytest.raises(SignInAgain, match="ONECORE_FIELD_KEYS"):
        opening.open_port(connection)


def test_an_unknown_system_is_named(connection: Connection) -> None:
    connection.system = "abacus"
    with pytest.raises(SettingError, match="abacus"):
        opening.open_port(connection)


def test_a_stretch_of_work_writes_its_journal_at_the_end_even_when_it_breaks(connection: Connection) -> None:
    call = CallRecord("GET", "https://api/x", "look", 200, 5, "", "")
    with pytest.raises(ValueError, match="broke"), opening.using(connection) as port:
        port.opening.journal.wrote(call)
        assert Call.everywhere.count() == 0
        raise ValueError("broke")
    assert Call.everywhere.count() == 1


def test_addresses_come_from_the_environment_all_or_none() -> None:
    whole = {f"ONECORE_PRETEND_{part}_URL": f"http://127.0.0.1:9100/{part.lower()}/" for part in ("API", "AUTH", "TOKEN")}
    assert endpoints_of(pretend.CONNECTOR, Env({})) == pretend.CONNECTOR.endpoints
    assert endpoints_of(pretend.CONNECTOR, Env(whole)).token == "http://127.0.0.1:9100/token"
    with pytest.raises(SettingError, match="ONECORE_PRETEND_TOKEN_URL"):
        endpoints_of(pretend.CONNECTOR, Env({name: value for name, value in whole.items() if "TOKEN" not in name}))


@pytest.mark.parametrize("url", ["ftp://x", "api.example.com", "https://user:pass@example.com"])
def test_an_address_that_is_none_is_refused_with_its_setting(url: str) -> None:
    with pytest.raises(SettingError, match="ONECORE_PRETEND_LEDGER_API_URL"):
        endpoints_of(pretend.LEDGER, Env({"ONECORE_PRETEND_LEDGER_API_URL": url}))


def test_production_never_speaks_http_to_another_machine(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(SettingError, match="https"):
        endpoints_of(pretend.LEDGER, Env({"ONECORE_PRETEND_LEDGER_API_URL": "http://ledger.example.com"}))
    assert endpoints_of(pretend.LEDGER, Env({"ONECORE_PRETEND_LEDGER_API_URL": "http://127.0.0.1:9100"})).api


def test_an_address_in_the_configuration_of_a_connection_changes_nothing(connection: Connection) -> None:
    connection.config = connection.config | {"api": "http://169.254.169.254/", "token": "http://evil.example"}
    connection.save()
    port: Any = opening.open_port(connection)
    assert port.opening.endpoints == pretend.CONNECTOR.endpoints
