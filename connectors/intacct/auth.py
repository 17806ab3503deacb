"""User and password for a session: `getAPISession`, the only function of its request."""

from __future__ import annotations

from connectors.kit.http import Door
from connectors.port.connector import Grant, Signing, Token
from connectors.port.errors import SignInAgain, TryLater

from . import envelope
from .client import exchange, refusal, require_trusted, session_end
from .config import read_settings
from .elements import Node
from .errors import function_failed

_CONTROL = "onecore-sign-in"


def sign_in(signing: Signing, grant: Grant) -> Token:
    """Open a session at the configured entity. `grant` adds nothing: user and password stand in the configuration.

    Asked once: a wrong password is never tried twice, since that locks the user.
    """
    settings = read_settings(signing.config)
    call = Node("getAPISession", [Node("locationid", settings.entity_id)] if settings.entity_id else "")
    body = envelope.wrap(
        bytes(envelope.function(_CONTROL, call)), settings=settings, authentication=envelope.login(settings), control_id=_CONTROL, unique=False
    )
    door = Door(signing)
    try:
        # A lost answer leaves an unused session behind and nothing else: no write that could happen twice.
        answer = exchange(door, signing.endpoints.api, body, control_id=_CONTROL, operation="getAPISession", writes=False)
    finally:
        door.close()
    if not answer.signed_in:
        raise refusal(answer)
    return _token(answer, api=signing.endpoints.api, now=signing.now())


def _token(answer: envelope.GatewayAnswer, *, api: str, now: float) -> Token:
    result = next((each for each in answer.results if each.control_id == _CONTROL or each.function.lower() == "getapisession"), None)
    if result is None:
        raise TryLater("Sage Intacct signed us in but opened no session; it is asked again.")
    if not result.succeeded:
        problem = function_failed(result.errors, subject="session")
        if isinstance(problem, TryLater):
            raise problem
        raise SignInAgain(
            f"Sage Intacct opens no session. {problem.message} Check the entity ID and the user's rights.",
            request_id=problem.request_id,
            remote_code=problem.remote_code,
            details=problem.details,
        )
    opened = result.rows[0] if result.rows else {}
    if not opened.get("SESSIONID"):
        raise TryLater("Sage Intacct signed us in but told no session; it is asked again.")
    endpoint = opened.get("ENDPOINT") or api
    require_trusted(endpoint, api=api)
    extra = (("endpoint", endpoint), ("entity", opened.get("LOCATIONID", "")))
    return Token(access=opened["SESSIONID"], expires_at=session_end(answer, now=now), extra=extra)
