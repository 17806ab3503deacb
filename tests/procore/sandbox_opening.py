"""An opening on the pretend Procore, with a token store that needs no database."""

from __future__ import annotations

import time
from typing import Any

from connectors.port.connector import Endpoints, Grant, Knobs, Opening, SignIn, Token
from connectors.procore.auth import sign_in

from .pretend import Journal, Throttle


class SigningIn:
    """A token store without a database: signs in when it must."""

    def __init__(self) -> None:
        self.opening: Opening | None = None
        self.held: Token | None = None
        self.renewals = 0

    def token(self) -> Token:
        self.held = self.held or sign_in(self.opening, Grant(SignIn.CLIENT_CREDENTIALS))
        return self.held

    def renew(self, spent: Token) -> Token:
        self.renewals += 1
        self.held = None
        return self.token()

    def touched(self, token: Token, *, expires_at: float) -> None:
        raise AssertionError("Procore's tokens do not slide")


def opening_on(sandbox: Any, name: str = "Cascadia", **config: str) -> Opening:
    asked = sandbox.pair(name)["procore"]
    where = sandbox.environment
    ends = Endpoints(where["ONECORE_PROCORE_API_URL"], where["ONECORE_PROCORE_AUTH_URL"], where["ONECORE_PROCORE_TOKEN_URL"])
    values = {"company_id": str(asked["company_id"]), "client_id": asked["client_id"], "client_secret": asked["client_secret"], **config}
    tokens = SigningIn()
    knobs = Knobs(connect_s=5, read_s=10, total_s=20)
    tokens.opening = Opening(values, ends, Journal(), knobs, time.time, tokens, Throttle())
    return tokens.opening
