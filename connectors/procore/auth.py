"""Sign in to Procore: for the service account, or for a person by consent with a refresh token that works once."""

from __future__ import annotations

from connectors.kit import oauth2
from connectors.kit.http import Door
from connectors.kit.oauth2 import OAuthApp
from connectors.port.connector import Grant, SignIn, Signing, Token
from connectors.port.errors import Misfit, SignInAgain

from .config import Settings


def sign_in(signing: Signing, grant: Grant) -> Token:
    """A token for what was handed in. Raises SignInAgain, TryLater, or Uncertain for a lost answer to a refresh or a code."""
    door, app = Door(signing), _app(signing)
    if grant.refresh:
        return oauth2.refresh(door, app, refresh_token=grant.refresh, redirect_uri=grant.redirect_uri)
    if grant.kind is SignIn.CLIENT_CREDENTIALS:
        return oauth2.client_credentials(door, app)
    if grant.kind is not SignIn.AUTHORIZATION_CODE:
        raise Misfit(f"Procore cannot be signed in to by {grant.kind.value}.")
    if not grant.code:
        raise SignInAgain("There is no consent of a Procore user yet. Sign in.")
    return oauth2.exchange_code(door, app, code=grant.code, redirect_uri=grant.redirect_uri, verifier=grant.verifier)


def authorize(signing: Signing, *, redirect_uri: str, state: str, challenge: str) -> str:
    """Procore's consent page for this application."""
    return oauth2.consent_url(_app(signing), redirect_uri=redirect_uri, state=state, challenge=challenge)


def revoke(signing: Signing, token: Token) -> None:
    """Take back access and refresh token together; Procore answers 200 for unknown ones too."""
    oauth2.revoke(Door(signing), _app(signing), token=token.access)


def _app(signing: Signing) -> OAuthApp:
    settings, ends = Settings.read(signing.config), signing.endpoints
    return OAuthApp(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        token_url=ends.token,
        authorize_url=ends.auth,
        revoke_url=f"{ends.token.rsplit('/', 1)[0]}/revoke",
    )
