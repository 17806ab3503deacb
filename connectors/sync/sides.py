"""Open one side of an Integration as what it is: a source or a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from connectors.connections import standing
from connectors.connections.models import Connection
from connectors.connections.opening import open_port
from connectors.port.connector import Role
from connectors.port.errors import SignInAgain
from connectors.port.ledger import Ledger
from connectors.port.source import Source


def source_of(connection: Connection) -> Source:
    """The connection's source. Raises ConnectorError, and ValueError for a ledger."""
    return cast(Source, _opened(connection, Role.SOURCE))


def ledger_of(connection: Connection) -> Ledger:
    """The connection's ledger. Raises ConnectorError, and ValueError for a source."""
    return cast(Ledger, _opened(connection, Role.LEDGER))


def _opened(connection: Connection, role: Role) -> object:
    if connection.role is not role:
        raise ValueError(f"{connection} is a {connection.role.value}, but a {role.value} is needed.")
    return open_port(connection)


@contextmanager
def sign_in_told(connection: Connection) -> Iterator[None]:
    """A system that refuses even a fresh sign-in is left alone until a person signs in; its page says so."""
    try:
        yield
    except SignInAgain as error:
        standing.mark_sign_in(connection, error.message)
        raise
