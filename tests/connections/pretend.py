"""A pretend system for these tests: its remote lives in memory and counts what it is asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from connectors.port.capabilities import Capabilities
from connectors.port.connector import ConfigField, Connector, Endpoints, Grant, Opening, RatePlan, Role, SignIn, Signing, Token, Window
from connectors.port.source import Health

CANARY = "kanarienvogel-9f3/+&<secret>"


@dataclass
class Remote:
    """What the far side does next. `answers` are consumed one a sign-in: a Token, or an exception to raise."""

    answers: list[Any] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    health: Any = field(default_factory=lambda: Health("Pretend & Sons", "4711", "USD", "America/Denver"))
    revoked: list[Token] = field(default_factory=list)
    revoke_fails: Exception | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


REMOTE = Remote()


def fresh() -> Remote:
    """The remote as new."""
    REMOTE.__init__()  # type: ignore[misc]
    return REMOTE


def sign_in(signing: Signing, grant: Grant) -> Token:
    with REMOTE.lock:
        REMOTE.grants.append(grant)
        number = len(REMOTE.grants)
        answer = REMOTE.answers.pop(0) if REMOTE.answers else Token(f"access-{number}", signing.now() + 3600, f"refresh-{number}")
    if isinstance(answer, BaseException):
        raise answer
    return answer


def authorize(signing: Signing, *, redirect_uri: str, state: str, challenge: str) -> str:
    return f"{signing.endpoints.auth}/consent?state={state}&challenge={challenge}&back={redirect_uri}"


def revoke(signing: Signing, token: Token) -> None:
    if REMOTE.revoke_fails is not None:
        raise REMOTE.revoke_fails
    REMOTE.revoked.append(token)


class Port:
    """The opened adapter: `check` answers what the remote says."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening

    def check(self) -> Health:
        with self.opening.throttle.slot():
            self.opening.tokens.token()
            if isinstance(REMOTE.health, Exception):
                raise REMOTE.health
            return REMOTE.health


CONNECTOR = Connector(
    key="pretend",
    label="Pretend",
    role=Role.SOURCE,
    signs_in_with=(SignIn.CLIENT_CREDENTIALS, SignIn.AUTHORIZATION_CODE),
    config=(
        ConfigField("company_id", "Company ID", "The number in the address."),
        ConfigField("client_id", "Client ID"),
        ConfigField("client_secret", "Client secret", secret=True),
        ConfigField("nickname", "Nickname", required=False),
    ),
    capabilities=Capabilities(references=frozenset()),
    rate=RatePlan(windows=(Window(1000, 10, "app"),), concurrent=2),
    endpoints=Endpoints("https://api.pretend.example", "https://login.pretend.example", "https://login.pretend.example/token"),
    open="tests.connections.pretend:Port",
    sign_in="tests.connections.pretend:sign_in",
    authorize="tests.connections.pretend:authorize",
    revoke="tests.connections.pretend:revoke",
    refresh_grace_s=1800,
)

LEDGER = Connector(
    key="pretend_ledger",
    label="Pretend ledger",
    role=Role.LEDGER,
    signs_in_with=(SignIn.SESSION,),
    config=(ConfigField("company", "Company"), ConfigField("password", "Password", secret=True)),
    capabilities=Capabilities(references=frozenset()),
    rate=RatePlan(concurrent=2),
    endpoints=Endpoints("https://ledger.pretend.example"),
    open="tests.connections.pretend:Port",
    sign_in="tests.connections.pretend:sign_in",
)
