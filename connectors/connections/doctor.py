"""What is wrong with this installation, line by line: settings, database, secrets, addresses, and every connection live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from connectors import catalog
from onecore.lib.env import SettingError
from onecore.lib.scope import tenant_scope

from . import health, rotate, vault
from .endpoints import endpoints_of
from .models import Connection

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `fix` is what to do; "" where nothing is. `sign_in`: a person must sign in somewhere."""

    check: str
    state: str
    what: str
    fix: str = ""
    sign_in: bool = False

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def examine(*, offline: bool = False) -> Iterator[Line]:
    """Every check, in the order in which things depend on each other; a broken floor ends it."""
    yield from _settings()
    database = list(_database())
    yield from database
    if any(line.state == FAIL for line in database):
        return
    yield from _secrets()
    yield from _addresses()
    yield from _system_checks()
    if not offline:
        yield from _connections()


def _settings() -> Iterator[Line]:
    yield Line("environment", OK, f"{settings.ENVIRONMENT}")
    if settings.PRODUCTION and settings.DEBUG:
        yield Line("debug", FAIL, "DEBUG is on in production: error pages would show internals.", "Unset DEBUG.")
    if settings.PRODUCTION and "*" in settings.ALLOWED_HOSTS:
        yield Line("hosts", FAIL, "ALLOWED_HOSTS allows every host.", "Name the hosts of this portal.")
    try:
        box = vault.box()
    except ValueError as problem:
        yield Line("keys", FAIL, str(problem), "Make a key with `manage.py doctor --new-key` and put it first in ONECORE_FIELD_KEYS.")
        return
    count = len(settings.ONECORE_FIELD_KEYS)
    yield Line("keys", OK, f"{count} {'key' if count == 1 else 'keys'}, current {box.current}")


def _database() -> Iterator[Line]:
    try:
        connection.ensure_connection()
        waiting = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        plan = waiting.migration_plan(waiting.loader.graph.leaf_nodes())
    except DatabaseError as problem:
        yield Line("database", FAIL, f"The database does not answer: {str(problem).strip()}.", "Check DATABASE_URL, and that the server runs.")
        return
    if plan:
        yield Line("database", FAIL, f"{len(plan)} migrations are not applied, the first is {plan[0][0]}.", "Run `manage.py migrate`.")
        return
    yield Line("database", OK, f"{connection.vendor}, every migration applied")
    if settings.REDIS_URL:
        yield _redis()


def _redis() -> Line:
    try:
        cache.set("doctor", "here", 10)
        answered = cache.get("doctor") == "here"
    except Exception as problem:  # each cache client has its own errors; all of them mean the same here
        return Line("redis", FAIL, f"Redis does not answer: {problem}.", "Check REDIS_URL, and that the server runs.")
    return (
        Line("redis", OK, "answers")
        if answered
        else Line("redis", FAIL, "Redis does not keep what it is told.", "Check its memory limit and policy.")
    )


def _secrets() -> Iterator[Line]:
    stale, unreadable = rotate.stale_or_unreadable()
    for sentence in unreadable:
        yield Line("secrets", FAIL, sentence, "Put the old key back into ONECORE_FIELD_KEYS behind the current one, or enter the credentials again.")
    if stale:
        yield Line("secrets", WARN, f"{stale} credentials are sealed with an older key.", "Run `manage.py rotate_keys`.")
    if not stale and not unreadable:
        yield Line("secrets", OK, "every credential opens with the current key")


def _addresses() -> Iterator[Line]:
    for connector in catalog.all_connectors():
        try:
            found = endpoints_of(connector)
        except SettingError as problem:
            yield Line(f"addresses {connector.key}", FAIL, str(problem), "Correct the environment and start again.")
            continue
        where = "its own addresses" if found == connector.endpoints else f"from the environment: {found.api}"
        is_pretend = found != connector.endpoints and settings.PRODUCTION
        yield Line(f"addresses {connector.key}", WARN if is_pretend else OK, where, "Unset them unless that is meant." if is_pretend else "")


def _system_checks() -> Iterator[Line]:
    found = [message for message in checks.run_checks() if message.level >= checks.WARNING and not message.is_silenced()]
    for message in found:
        yield Line(f"check {message.id}", FAIL if message.level >= checks.ERROR else WARN, str(message.msg), message.hint or "")
    if not found:
        yield Line("checks", OK, "nothing found")


def _connections(ping: Callable[..., health.Verdict] = health.try_out) -> Iterator[Line]:
    """Ask every connection of every tenant who it is."""
    rows = Connection.everywhere.select_related("tenant").order_by("tenant__slug", "name")
    for row in rows:
        name = f"connection {row.tenant.slug}/{row.name}"
        with tenant_scope(row.tenant_id):
            try:
                verdict = ping(row, actor="doctor")
            except SettingError as problem:
                yield Line(name, FAIL, str(problem), "Correct the setting, or remove the connection.")
                continue
        if verdict.ok:
            yield Line(name, WARN if verdict.health and verdict.health.warnings else OK, verdict.sentence)
        elif verdict.sign_in:
            yield Line(name, FAIL, verdict.sentence, "Open the connection in the portal and sign in.", sign_in=True)
        else:
            yield Line(name, FAIL, verdict.sentence, "Test it again; if it stays, check its credentials and the addresses above.")
