"""Open a connection: the declared adapter, given its secrets, addresses, tokens, throttle and journal. Nothing else reveals secrets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.conf import settings

from connectors import catalog
from connectors.port.connector import Connector, Opening, Signing
from connectors.port.errors import SignInAgain
from connectors.port.ledger import Ledger
from connectors.port.source import Source
from onecore.lib.env import SettingError
from onecore.lib.secretbox import CannotOpen

from . import standing, vault
from .budgets import DatabaseThrottle
from .endpoints import endpoints_of, knobs
from .journal import CallJournal
from .models import Connection
from .outside import forbid_in_transaction
from .tokens import DatabaseTokenStore

__all__ = ["declaration", "forbid_in_transaction", "open_port", "signing_in", "using"]

_HELD_BACK = 25


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What signing in, consent and disconnecting need: the declaration, what to sign in with, and where the token goes."""

    connector: Connector
    signing: Signing
    tokens: DatabaseTokenStore


def declaration(connection: Connection) -> Connector:
    """What the connection's system declares. Raises SettingError for a system this release does not know."""
    if connection.system not in catalog.CONNECTORS:
        raise SettingError(
            f"{connection} is of the system {connection.system!r}, which this release does not know. Known: {', '.join(catalog.CONNECTORS)}."
        )
    return catalog.connector(connection.system)


def open_port(connection: Connection, *, now: Callable[[], float] | None = None, trial: bool = False, hold_back: int = 1) -> Source | Ledger:
    """The adapter of `connection`, ready to call. Raises SignInAgain where its secrets are missing or cannot be read.

    `trial`: try even though the connection waits for a sign-in. Refuses inside a transaction (RuntimeError).
    """
    return _opened(connection, now=now, trial=trial, hold_back=hold_back)[0]


@contextmanager
def using(connection: Connection, *, now: Callable[[], float] | None = None) -> Iterator[Any]:
    """`open_port` for a stretch of work: journal lines are written in bulk, the last ones when the block ends."""
    port, journal = _opened(connection, now=now, trial=False, hold_back=_HELD_BACK)
    try:
        yield port
    finally:
        journal.flush()


def signing_in(connection: Connection, *, now: Callable[[], float] | None = None, trial: bool = False) -> SigningIn:
    """What it takes to sign `connection` in. Its calls are journalled, but not throttled."""
    return _signing_in(connection, journal=CallJournal(connection), now=now or time.time, trial=trial)


def _opened(connection: Connection, *, now: Callable[[], float] | None, trial: bool, hold_back: int) -> tuple[Any, CallJournal]:
    forbid_in_transaction()
    clock = now or time.time
    entry = _signing_in(connection, journal=CallJournal(connection, hold_back=hold_back), now=clock, trial=trial)
    signing = entry.signing
    journal = CallJournal(connection, hold_back=hold_back, heard=entry.tokens.heard)
    entry.tokens.tell(journal.hide)
    journal.hide(_secrets_of(entry.connector, signing.config))
    opening = Opening(
        config=signing.config,
        endpoints=signing.endpoints,
        journal=journal,
        knobs=signing.knobs,
        now=clock,
        tokens=entry.tokens,
        throttle=DatabaseThrottle(connection, entry.connector.rate, lease_s=settings.ONECORE_LEASE_S, now=clock),
    )
    _note_use(connection, clock())
    return catalog.load(entry.connector.open)(opening), journal


def _signing_in(connection: Connection, *, journal: CallJournal, now: Callable[[], float], trial: bool) -> SigningIn:
    connector = declaration(connection)
    config = _config_of(connection, connector)
    journal.hide(_secrets_of(connector, config))
    signing = Signing(config=config, endpoints=endpoints_of(connector), journal=journal, knobs=knobs(), now=now)
    tokens = DatabaseTokenStore(
        connection,
        sign_in=partial(catalog.load(connector.sign_in), signing),
        grace_s=connector.refresh_grace_s,
        lease_s=settings.ONECORE_LEASE_S,
        now=now,
        trial=trial,
    )
    tokens.tell(journal.hide)
    return SigningIn(connector, signing, tokens)


def _config_of(connection: Connection, connector: Connector) -> dict[str, str]:
    """What was entered, secrets included. In memory only."""
    try:
        secrets = vault.reveal(connection)
    except CannotOpen as problem:
        sentence = f"The credentials of {connection} cannot be read: {problem}. Or enter them again."
        standing.mark_sign_in(connection, sentence)
        raise SignInAgain(sentence) from problem
    entered = {name: str(value) for name, value in connection.config.items() if value not in ("", None)}
    config = {field.name: field.default for field in connector.config} | entered | secrets
    missing = [field.label for field in connector.config if field.required and not config.get(field.name)]
    if missing:
        sentence = f"{connection} lacks: {', '.join(missing)}. Open the connection and enter its credentials."
        standing.mark_sign_in(connection, sentence)
        raise SignInAgain(sentence)
    return config


def _secrets_of(connector: Connector, config: dict[str, str] | Any) -> list[str]:
    return [config.get(field.name, "") for field in connector.config if field.secret]


def _note_use(connection: Connection, now: float) -> None:
    moment = datetime.fromtimestamp(now, UTC)
    Connection.everywhere.filter(pk=connection.pk).update(last_used_at=moment)
    connection.last_used_at = moment
