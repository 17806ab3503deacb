"""What the audit trail needs to be trusted, said at the start: a key, and the database's guard."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections
from django.db.utils import DatabaseError

from audit.chain import KeyRing


def register_all() -> None:
    """Called once, when the app is ready."""
    checks.register(check_key, checks.Tags.security)
    checks.register(check_guard, checks.Tags.database)


def check_key(**_: Any) -> list[checks.CheckMessage]:
    try:
        KeyRing(settings.ONECORE_AUDIT_KEY)
    except ValueError as problem:
        return [checks.Error(str(problem), id="audit.E001")]
    return []


def check_guard(*, databases: Any = None, **_: Any) -> list[checks.CheckMessage]:
    """The triggers stand. Silent while the tables do not exist yet."""
    from audit.guard import missing_triggers

    found: list[checks.CheckMessage] = []
    for using in databases or []:
        try:
            if "audit_entry" not in connections[using].introspection.table_names():
                continue
            missing = missing_triggers(using)
        except DatabaseError as problem:
            return [checks.Warning(f"The guard of the audit trail cannot be looked at: {problem}", id="audit.W001")]
        if missing:
            found.append(
                checks.Error(
                    f"The database does not guard the audit trail: {', '.join(sorted(missing))} missing.",
                    hint="Run `manage.py migrate`, which puts them back, then `manage.py verify_audit`, and find out who dropped them.",
                    id="audit.E002",
                )
            )
    return found
