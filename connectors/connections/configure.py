"""Enter what a connection needs: plain values into its row, secrets into the vault. Entering the same again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from audit.events import CONNECTION_CREATED, CONNECTION_CREDENTIALS_SET, Event
from audit.record import record
from connectors.port.connector import Connector
from onecore.lib.env import SettingError

from . import vault
from .models import Connection
from .opening import declaration


def create_connection(*, system: str, name: str, values: Mapping[str, str], actor: str, signs_in_with: str = "") -> Connection:
    """A connection of the current tenant, with what was entered. Raises SettingError or ValidationError."""
    with transaction.atomic():
        connection = Connection(system=system, name=name, signs_in_with=signs_in_with)
        connection.full_clean(exclude=["tenant"])
        connection.save()
        tell(CONNECTION_CREATED, connection, actor=actor, data={"system": system})
        configure(connection, values, actor=actor)
    return connection


def configure(connection: Connection, values: Mapping[str, str], *, actor: str) -> list[str]:
    """Store `values`, trimmed; empty secrets keep what is stored. Returns notes for the person who entered them.

    A change puts the connection back to "not tested". The trail learns which fields changed, never to what.
    """
    connector = declaration(connection)
    _refuse_unknown(connector, values)
    trimmed = {name: value.strip() for name, value in values.items()}
    notes = [f"Spaces around “{_label(connector, name)}” were removed." for name, value in values.items() if value != trimmed[name]]
    secret = {field.name for field in connector.config if field.secret}
    with transaction.atomic():
        plain = {name: value for name, value in trimmed.items() if name not in secret and connection.config.get(name, "") != value}
        before = vault.names(connection)
        stored = {name: value for name, value in trimmed.items() if name in secret}
        secrets_changed = vault.put(connection, stored)
        if plain or secrets_changed:
            connection.config = connection.config | plain
            connection.status, connection.status_sentence = Connection.Status.NEW, ""
            connection.save(update_fields=["config", "status", "status_sentence"])
            if plain and not secrets_changed:
                vault.drop_token(connection)  # what was entered decides what the token is good for
            fields = sorted([*plain, *(name for name, value in stored.items() if value and secrets_changed)])
            tell(CONNECTION_CREDENTIALS_SET, connection, actor=actor, data={"fields": fields, "first_time": not before})
    return notes


def tell(event: Event, connection: Connection, *, actor: str, data: dict[str, object] | None = None) -> None:
    """An entry of the trail about this connection."""
    record(event, tenant_id=connection.tenant_id, subject=connection.name, subject_id=f"connection:{connection.pk}", data=data or {}, actor=actor)


def _refuse_unknown(connector: Connector, values: Mapping[str, str]) -> None:
    known = [field.name for field in connector.config]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise SettingError(f"{connector.label} has no setting called {', '.join(unknown)}. It has: {', '.join(known)}.")


def _label(connector: Connector, name: str) -> str:
    return next(field.label for field in connector.config if field.name == name)
