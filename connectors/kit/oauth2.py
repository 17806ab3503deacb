"""OAuth 2 for connections: the grants, PKCE and revocation, with oauthlib's grammar and our door for the calls.

The answer to a refresh is precious: the old token may be spent, so a lost answer is Uncertain, never TryLater.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from oauthlib.oauth2 import BackendApplicationClient, WebApplicationClient
from requests_oauthlib import OAuth2Session

from connectors.port.connector import Token
from connectors.port.errors import Refused, SignInAgain, TryLater

from .answers import data, transient
from .http import Answer, BadBody, Door

DEFAULT_LIFE_S = 3600.0
_TEMPORARY = {"temporarily_unavailable", "server_error", "slow_down"}
_ADVICE = {
    "invalid_grant": "The sign-in has expired or was taken back. Sign in again.",
    "invalid_client": "The client id or client secret is wrong. Enter the credentials again.",
    "unauthorized_client": "This application may not sign in this way. Check its settings with the provider.",
    "access_denied": "The consent was refused. Sign in again.",
    "invalid_scope": "The application is not allowed what it asks for. Check its permissions with the provider.",
}


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """One registered application. `secret_in_header`: HTTP Basic instead of a form field."""

    client_id: str
    client_secret: str
    token_url: str
    authorize_url: str = ""
    revoke_url: str = ""
    scope: str = ""
    secret_in_header: bool = False


def pkce_pair() -> tuple[str, str]:
    """A fresh verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(64)
    return verifier, challenge_of(verifier)


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def consent_url(app: OAuthApp, *, redirect_uri: str, state: str, challenge: str = "") -> str:
    """Where to send a person's browser."""
    proof = {"code_challenge": challenge, "code_challenge_method": "S256"} if challenge else {}
    asked = urlsplit(app.authorize_url)
    session = OAuth2Session(app.client_id, redirect_uri=redirect_uri, scope=app.scope.split() or None)
    # The library refuses plain http. Ours is only ever a loopback address named by the environment; the door sees to that.
    made, _ = session.authorization_url(urlunsplit(asked._replace(scheme="https")), state=state, **proof)
    return urlunsplit(urlsplit(made)._replace(scheme=asked.scheme))


def client_credentials(door: Door, app: OAuthApp) -> Token:
    """A token for the application itself. Harmless to repeat."""
    client = BackendApplicationClient(app.client_id)
    body = client.prepare_request_body(scope=app.scope or None, include_client_id=not app.secret_in_header, **_secret(app, with_id=False))
    return _token(door, app, body, operation="sign in", spends=False)


def exchange_code(door: Door, app: OAuthApp, *, code: str, redirect_uri: str, verifier: str = "") -> Token:
    """The token for a consent code, which works once."""
    client = WebApplicationClient(app.client_id)
    extra = {"code_verifier": verifier} if verifier else {}
    body = client.prepare_request_body(
        code=code, redirect_uri=redirect_uri, include_client_id=not app.secret_in_header, **_secret(app, with_id=False), **extra
    )
    return _token(door, app, body, operation="sign in", spends=True)


def refresh(door: Door, app: OAuthApp, *, refresh_token: str, redirect_uri: str = "") -> Token:
    """A new token for a refresh token. Where the answer brings no new refresh token, the old one stays good."""
    extra = {"redirect_uri": redirect_uri} if redirect_uri else {}
    body = WebApplicationClient(app.client_id).prepare_refresh_body(refresh_token=refresh_token, **_secret(app), **extra)
    token = _token(door, app, body, operation="renew sign-in", spends=True)
    return token if token.refresh else Token(token.access, token.expires_at, refresh_token, token.extra)


def revoke(door: Door, app: OAuthApp, *, token: str) -> None:
    """Take a token back at the remote. Raises ConnectorError where it does not confirm."""
    form = {"token": token} | ({} if app.secret_in_header else _secret(app))
    answer = door.exchange("POST", app.revoke_url, operation="revoke sign-in", writes=False, form=form, headers=_basic(app))
    problem = transient(answer, False, now=door.signing.now())
    if problem is not None:
        raise problem
    if answer.status >= 400:
        raise Refused(f"The sign-in could not be taken back at the remote ({answer.status}).", request_id=answer.request_id)


def _token(door: Door, app: OAuthApp, body: str, *, operation: str, spends: bool) -> Token:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **_basic(app)}
    answer = door.exchange("POST", app.token_url, operation=operation, writes=spends, body=body.encode(), headers=headers)
    now = door.signing.now()
    problem = transient(answer, spends, now=now)
    if problem is not None:
        raise problem
    if answer.status >= 400:
        raise _refusal(answer)
    found = data(answer, writes=spends)
    if not isinstance(found, dict) or not isinstance(found.get("access_token"), str) or not found["access_token"]:
        raise SignInAgain("The remote answered the sign-in without a token. Sign in again.", request_id=answer.request_id)
    return Token(access=found["access_token"], expires_at=now + _life(found.get("expires_in")), refresh=str(found.get("refresh_token") or ""))


def _refusal(answer: Answer) -> SignInAgain | TryLater | Refused:
    try:
        found: Any = answer.json()
    except BadBody:
        found = {}
    error = str(found.get("error", "")) if isinstance(found, dict) else ""
    told = str(found.get("error_description", ""))[:300] if isinstance(found, dict) else ""
    if error in _TEMPORARY:
        return TryLater("The sign-in service is not available now.", request_id=answer.request_id, remote_code=error)
    if not error and answer.status in (404, 405, 406, 410):
        return Refused(f"There is no sign-in service at {answer.url} ({answer.status}). Check the address.", request_id=answer.request_id)
    sentence = _ADVICE.get(error, "The sign-in was refused. Check the credentials and sign in again.")
    code = error or str(answer.status)
    return SignInAgain(sentence, request_id=answer.request_id, remote_code=code, details={"remote_said": told} if told else {})


def _life(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return DEFAULT_LIFE_S
    return seconds if 0 < seconds < 10**9 else DEFAULT_LIFE_S


def _secret(app: OAuthApp, *, with_id: bool = True) -> dict[str, str]:
    if app.secret_in_header:
        return {}
    return {"client_secret": app.client_secret} | ({"client_id": app.client_id} if with_id else {})


def _basic(app: OAuthApp) -> dict[str, str]:
    if not app.secret_in_header:
        return {}
    pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
