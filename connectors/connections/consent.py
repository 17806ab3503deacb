"""Sign in by authorization code: a person is sent to the remote and comes back with a code.

The state is random, used once, bound to the person, the tenant and the connection, and good for ten minutes; the code is
bound to us by PKCE.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit.events import CONNECTION_SIGNED_IN
from connectors import catalog
from connectors.kit.oauth2 import challenge_of
from connectors.port.connector import Grant, SignIn
from connectors.port.errors import SignInAgain
from onecore.lib.text import one_line

from . import vault
from .configure import tell
from .models import Connection, SignInAttempt
from .opening import declaration, signing_in
from .outside import forbid_in_transaction

GOOD_FOR = timedelta(minutes=10)
NOT_VALID = "This sign-in is not valid any more, or was started by somebody else. Open the connection and sign in again."


def begin(connection: Connection, *, user: Any, redirect_uri: str, now: datetime) -> str:
    """The address to send the person's browser to. Raises SignInAgain where the system or the settings do not allow it."""
    connector = declaration(connection)
    if not connector.authorize:
        raise SignInAgain(f"{connector.label} has no sign-in by a person. Enter its credentials instead.")
    entry = signing_in(connection, trial=True)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    SignInAttempt.everywhere.filter(expires_at__lt=now - GOOD_FOR).delete()
    attempt = SignInAttempt(connection=connection, tenant_id=connection.tenant_id, user=user, state_digest=_digest(state))
    attempt.verifier = vault.box().seal(verifier, bound_to=_bound_to(attempt))
    attempt.redirect_uri, attempt.expires_at = redirect_uri, now + GOOD_FOR
    attempt.save()
    address = catalog.load(connector.authorize)(entry.signing, redirect_uri=redirect_uri, state=state, challenge=challenge_of(verifier))
    return str(address)


def finish(*, user: Any, tenant_id: int | None, state: str, code: str, error: str, now: datetime) -> Connection:
    """The person is back: trade the code for a token and store it. Raises ConnectorError with a sentence for the person."""
    forbid_in_transaction()
    attempt = _claim(user=user, tenant_id=tenant_id, state=state, now=now)
    connection = attempt.connection
    if error or not code:
        raise SignInAgain(f"{connection.system_label} did not agree: {one_line(error)[:200] or 'it sent no code'}. Sign in again.")
    entry = signing_in(connection, trial=True)
    verifier = vault.box().open(attempt.verifier, bound_to=_bound_to(attempt))
    grant = Grant(SignIn.AUTHORIZATION_CODE, code=code, redirect_uri=attempt.redirect_uri, verifier=verifier)
    token = catalog.load(entry.connector.sign_in)(entry.signing, grant)
    with transaction.atomic():
        entry.tokens.accept(token, redirect_uri=attempt.redirect_uri)
        connection.signs_in_with = SignIn.AUTHORIZATION_CODE
        connection.status, connection.status_sentence = Connection.Status.NEW, ""
        connection.save(update_fields=["signs_in_with", "status", "status_sentence"])
        tell(CONNECTION_SIGNED_IN, connection, actor=user.get_username(), data={"way": SignIn.AUTHORIZATION_CODE.value})
    return connection


def _claim(*, user: Any, tenant_id: int | None, state: str, now: datetime) -> SignInAttempt:
    """The attempt this state belongs to, used up by this call. One refusal for every reason, so that guessing teaches nothing."""
    mine = SignInAttempt.everywhere.filter(state_digest=_digest(state), user_id=user.pk, tenant_id=tenant_id, used_at=None, expires_at__gt=now)
    if not state or not mine.update(used_at=now):
        raise SignInAgain(NOT_VALID)
    return SignInAttempt.everywhere.select_related("connection").get(state_digest=_digest(state))


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()


def _bound_to(attempt: SignInAttempt) -> str:
    return f"sign-in|{attempt.connection_id}|{attempt.state_digest}|{attempt.tenant_id}"
