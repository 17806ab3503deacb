"""The database's own guard: triggers that refuse to change, delete or truncate entries, and to move a head backwards.

It binds everybody who speaks SQL through the application's role. An owner of the database can drop it; then the macs
still tell. No row or setting switches it off: only `flush` lowers it, in a database that is not a production one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

_WORDS = "the audit trail is append-only"

_SQLITE = {
    "audit_entry_no_update": "BEFORE UPDATE ON audit_entry",
    "audit_entry_no_delete": "BEFORE DELETE ON audit_entry",
    "audit_head_no_delete": "BEFORE DELETE ON audit_head",
    "audit_head_no_return": "BEFORE UPDATE ON audit_head WHEN NEW.sequence < OLD.sequence OR NEW.chain <> OLD.chain",
}
_POSTGRES = {
    "audit_entry_no_update": "BEFORE UPDATE ON audit_entry FOR EACH ROW",
    "audit_entry_no_delete": "BEFORE DELETE ON audit_entry FOR EACH ROW",
    "audit_entry_no_truncate": "BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT",
    "audit_head_no_delete": "BEFORE DELETE ON audit_head FOR EACH ROW",
    "audit_head_no_truncate": "BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT",
    "audit_head_no_return": "BEFORE UPDATE ON audit_head FOR EACH ROW WHEN (NEW.sequence < OLD.sequence OR NEW.chain <> OLD.chain)",
}
_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def raise_guard(using: str) -> None:
    """Put every trigger in place; what stands already stays."""
    connection = connections[using]
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute(_POSTGRES_FUNCTION)
        for name, when in missing_triggers(using).items():
            if postgres:
                cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION audit_refuse()")
            else:
                cursor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END")


def lower_guard(using: str) -> None:
    """Drop the triggers. Only an owner of the tables can."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, when in _wanted(connection.vendor).items():
            table = when.split(" ON ", 1)[1].split(" ", 1)[0]
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


@contextmanager
def lowered(using: str) -> Iterator[None]:
    """Without the guard for the block."""
    lower_guard(using)
    try:
        yield
    finally:
        raise_guard(using)


def missing_triggers(using: str) -> dict[str, str]:
    """The triggers that should stand and do not (or are switched off)."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        query = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
            " AND tgrelid IN ('audit_entry'::regclass, 'audit_head'::regclass)"
        )
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('audit_entry', 'audit_head')"
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {row[0] for row in cursor.fetchall()}
    return {name: when for name, when in _wanted(connection.vendor).items() if name not in standing}


def _wanted(vendor: str) -> dict[str, str]:
    return _POSTGRES if vendor == "postgresql" else _SQLITE
