"""A system declared: label, role, how to sign in, what it can do. Importing a declaration opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from .capabilities import Capabilities


class Role(StrEnum):
    SOURCE = "source"
    LEDGER = "ledger"


class SignIn(StrEnum):
    """How a connection signs in."""

    CLIENT_CREDENTIALS = "client_credentials"
    AUTHORIZATION_CODE = "authorization_code"
    SESSION = "session"  # user and password exchanged for a session


@dataclass(frozen=True, slots=True)
class ConfigField:
    """One thing a person enters to connect. `secret` values live in the vault only and are never shown again."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A call limit: at most `calls` in `seconds`. `scope` says what is counted together: `app` (all tenants), `company`
    (one remote company) or `connection`."""

    calls: int
    seconds: float
    scope: str = "connection"


@dataclass(frozen=True, slots=True)
class RatePlan:
    """What the system allows; headers it sends override this. `concurrent`: calls under way at once per company."""

    windows: tuple[Window, ...] = ()
    concurrent: int = 4


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a system lives. From the environment only, never from the database, so nobody can point us elsewhere."""

    api: str
    auth: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token or session. Times are aware UTC seconds since the epoch. `extra`: plain data such as a session's endpoint."""

    access: str
    expires_at: float
    refresh: str = ""
    extra: tuple[tuple[str, str], ...] = ()


class TokenStore(Protocol):
    """Hands out a live token. One refresher a credential, the new one stored before use; waits are bounded."""

    def token(self) -> Token:
        """A token that is good now. Raises SignInAgain or TryLater."""
        ...

    def renew(self, spent: Token) -> Token:
        """The remote refused `spent`: a newer one, refreshed at most once for all callers. Raises SignInAgain or TryLater."""
        ...

    def touched(self, token: Token, *, expires_at: float) -> None:
        """The remote moved the end of a sliding session. May be ignored by the store; never raises."""
        ...


class Throttle(Protocol):
    """Shared rate budget. `slot` waits for room (bounded; raises TryLater), and is held while a call is under way."""

    def slot(self) -> AbstractContextManager[None]: ...

    def learned(self, *, remaining: int | None, reset_at: float | None, retry_after_s: float | None) -> None:
        """What the remote's headers said after a call; `reset_at` in seconds since the epoch."""
        ...


class Journal(Protocol):
    """Where every call is written down, already redacted."""

    def wrote(self, call: CallRecord) -> None: ...


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One HTTP exchange, redacted. `status` 0 means no answer. `elapsed_ms` is wall time."""

    method: str
    url: str
    operation: str
    status: int
    elapsed_ms: int
    request: str
    response: str
    request_id: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Knobs:
    """Time limits of one HTTP exchange, seconds."""

    connect_s: float = 10.0
    read_s: float = 60.0
    total_s: float = 120.0
    max_bytes: int = 32 * 1024 * 1024
    egress_allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signing:
    """What it takes to sign in. `config`: what the person entered, secrets included, in memory only.
    `now`: seconds since the epoch, UTC."""

    config: Mapping[str, str]
    endpoints: Endpoints
    journal: Journal
    knobs: Knobs
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Opening(Signing):
    """Everything an adapter needs to open a connection; it brings nothing of its own."""

    tokens: TokenStore
    throttle: Throttle


@dataclass(frozen=True, slots=True)
class Grant:
    """What is handed in for a token: nothing (client credentials, session), a code, or a refresh token."""

    kind: SignIn
    code: str = ""
    redirect_uri: str = ""
    verifier: str = ""  # PKCE
    refresh: str = ""


@dataclass(frozen=True, slots=True)
class Connector:
    """The declaration. Dotted paths are `module:function`, imported on first use.

    `open(opening: Opening) -> Source | Ledger` · `sign_in(signing: Signing, grant: Grant) -> Token` (raises SignInAgain,
    TryLater, Uncertain for a lost answer to a refresh) · `authorize(signing, *, redirect_uri, state, challenge) -> str`,
    the consent address · `revoke(signing, token: Token) -> None`. "" where the system has no such thing.
    """

    key: str
    label: str
    role: Role
    signs_in_with: tuple[SignIn, ...]
    config: tuple[ConfigField, ...]
    capabilities: Capabilities
    rate: RatePlan
    endpoints: Endpoints  # production; ONECORE_<KEY>_{API,AUTH,TOKEN}_URL override
    open: str
    sign_in: str
    authorize: str = ""
    revoke: str = ""
    refresh_grace_s: float = 0.0  # how long a rotated refresh token still works after a lost answer
