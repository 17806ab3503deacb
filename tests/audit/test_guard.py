"""The database itself refuses to change what is written, whoever asks, and no row or setting opens it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.checks import check_guard, check_key
from audit.guard import lower_guard, missing_triggers, raise_guard
from audit.models import Entry, Head
from audit.verify import verify

Written = Callable[..., list[Entry]]

FORBIDDEN = [
    "UPDATE audit_entry SET sentence = 'x'",
    "UPDATE audit_entry SET sentence = sentence WHERE sequence = 1",
    "DELETE FROM audit_entry",
    "DELETE FROM audit_entry WHERE sequence = 2",
    "DELETE FROM audit_head",
    "UPDATE audit_head SET sequence = sequence - 1",
    "UPDATE audit_head SET chain = chain + 1000",
]
ON_POSTGRES = ["TRUNCATE audit_entry", "TRUNCATE audit_head", "TRUNCATE tenants_tenant CASCADE"]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_sql_cannot_change_the_trail(written: Written, statement: str) -> None:
    _refused(written, statement)


@pytest.mark.postgres  # SQLite has no TRUNCATE
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ON_POSTGRES)
def test_truncate_cannot_empty_the_trail(written: Written, statement: str) -> None:
    _refused(written, statement)


def _refused(written: Written, statement: str) -> None:
    written(3)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.everywhere.count() == 3
    assert verify().ok


@pytest.mark.django_db
def test_the_orm_cannot_change_the_trail_either(written: Written) -> None:
    written(3)
    for act in (lambda: Entry.everywhere.update(actor="x"), lambda: Entry.everywhere.all().delete(), lambda: Head.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert verify().ok


@pytest.mark.django_db
def test_a_tenant_with_a_trail_cannot_be_deleted(acme: Any, written: Written) -> None:
    written(1)
    with pytest.raises(DatabaseError), transaction.atomic():
        acme.delete()


@pytest.mark.django_db
def test_a_dropped_guard_is_reported_and_migrate_puts_it_back() -> None:
    assert check_guard(databases=["default"]) == []
    lower_guard("default")
    [found] = check_guard(databases=["default"])
    assert (found.id, found.level) == ("audit.E002", checks.ERROR)
    raise_guard("default")
    raise_guard("default")
    assert missing_triggers("default") == {}


@pytest.mark.postgres  # only PostgreSQL can switch a trigger off
@pytest.mark.django_db
def test_a_guard_that_is_switched_off_counts_as_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    assert "audit_entry_no_delete" in missing_triggers("default")


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_can_write_to_the_trail(written: Written) -> None:
    """The tables are emptied after this test: flush lowers the guard, where the database is not a production one."""
    written(2)
    assert Entry.everywhere.count() == 2


@pytest.mark.django_db(transaction=True)
def test_flush_empties_a_test_database_and_leaves_the_guard_up(written: Written) -> None:
    written(2)
    call_command("flush", interactive=False, verbosity=0)
    assert not Entry.everywhere.exists()
    assert not Head.objects.exists()
    assert missing_triggers("default") == {}


@pytest.mark.django_db
def test_flush_is_refused_in_production(written: Written, settings: Any) -> None:
    written(1)
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="audit trail"):
        call_command("flush", interactive=False, verbosity=0)
    assert Entry.everywhere.count() == 1


def test_an_empty_key_is_an_error_that_says_how_to_make_one(settings: Any) -> None:
    assert check_key() == []
    settings.ONECORE_AUDIT_KEY = " , "
    [found] = check_key()
    assert "ONECORE_AUDIT_KEY" in found.msg
