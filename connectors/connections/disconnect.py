"""Take a connection apart: the sign-in is revoked at the remote where it can be, and wiped here in any case."""

from __future__ import annotations

from django.db import transaction

from audit.events import CONNECTION_DISCONNECTED
from connectors import catalog
from connectors.port.errors import ConnectorError

from . import vault
from .configure import tell
from .models import Connection
from .opening import signing_in


def disconnect(connection: Connection, *, actor: str) -> str:
    """Revoke and wipe. Returns what the person should know. Mappings, documents and the trail stay."""
    left_open = _revoke(connection)
    with transaction.atomic():
        vault.wipe(connection)
        connection.status, connection.status_sentence = Connection.Status.SIGN_IN, "Disconnected. Enter its credentials to connect it again."
        connection.save(update_fields=["status", "status_sentence"])
        tell(CONNECTION_DISCONNECTED, connection, actor=actor, data={"revoked": not left_open, "reason": left_open})
    if left_open:
        return f"{connection} is disconnected here, but not at {connection.system_label}: {left_open} Take the access back there too."
    return f"{connection} is disconnected."


def _revoke(connection: Connection) -> str:
    """Why the remote may still accept the sign-in; "" where nothing is left."""
    try:
        entry = signing_in(connection, trial=True)
        token = entry.tokens.stored()
        if token is None or not entry.connector.revoke:
            return ""
        catalog.load(entry.connector.revoke)(entry.signing, token)
    except ConnectorError as problem:
        return problem.message
    return ""
