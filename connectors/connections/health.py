"""Does a connection work, and is it still the company it was? Asked by a person, by `doctor`, and after every sign-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from audit.events import CONNECTION_TESTED
from connectors.port.errors import ConnectorError, SignInAgain
from connectors.port.source import Health

from . import standing
from .configure import tell
from .models import Connection, Credential, Integration
from .opening import open_port


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test told to a person. `health` None where it failed; `sign_in`: somebody must sign in."""

    ok: bool
    sentence: str
    health: Health | None = None
    sign_in: bool = False


def test(connection: Connection, *, actor: str, now: Callable[[], float] | None = None) -> Health:
    """Ask the remote who it is, and mark where the connection stands. Raises ConnectorError after marking."""
    Credential.everywhere.filter(connection=connection).update(fruitless=0)
    try:
        health = open_port(connection, now=now, trial=True).check()
        _refuse_another_company(connection, health)
    except SignInAgain as problem:
        standing.mark_sign_in(connection, problem.message)
        _tell(connection, actor=actor, result=problem.message)
        raise
    except ConnectorError as problem:
        standing.mark_unreachable(connection, problem.message)
        _tell(connection, actor=actor, result=problem.message)
        raise
    with transaction.atomic():
        standing.mark_ok(connection, health=health)
        _tell(connection, actor=actor, result=f"works, {health.organisation}")
    return health


def try_out(connection: Connection, *, actor: str, now: Callable[[], float] | None = None) -> Verdict:
    """`test`, told as a sentence for a screen."""
    try:
        health = test(connection, actor=actor, now=now)
    except ConnectorError as problem:
        hint = f" ({problem.details['remote_said']})" if problem.details.get("remote_said") else ""
        return Verdict(ok=False, sentence=f"{problem.message}{hint}", sign_in=isinstance(problem, SignInAgain))
    parts = [f"It works: {health.organisation}"]
    parts += [f"({health.organisation_id})"] if health.organisation_id else []
    return Verdict(ok=True, sentence=" ".join(parts) + "." + "".join(f" {warning}" for warning in health.warnings), health=health)


def _refuse_another_company(connection: Connection, health: Health) -> None:
    """Documents already belong to the company first connected: signing in to another one must not mix two sets of books."""
    known = connection.organisation_id
    if not known or not health.organisation_id or known == health.organisation_id:
        return
    if Integration.everywhere.filter(Q(source=connection) | Q(ledger=connection)).exists():
        raise SignInAgain(
            f"The sign-in is for {health.organisation} ({health.organisation_id}), but {connection} belongs to {connection.organisation} ({known}). "
            "Sign in to that company, or make a new connection."
        )


def _tell(connection: Connection, *, actor: str, result: str) -> None:
    tell(CONNECTION_TESTED, connection, actor=actor, data={"result": result})
