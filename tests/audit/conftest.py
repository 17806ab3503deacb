"""Two tenants to write about, and a way to tamper as an owner of the database could."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection

from audit.guard import lower_guard, raise_guard
from audit.models import Entry
from audit.record import NewEntry, record_many


@pytest.fixture
def acme(db: None) -> Any:
    return apps.get_model("tenants.Tenant").objects.create(name="Acme Builders", slug="acme")


@pytest.fixture
def borealis(db: None) -> Any:
    return apps.get_model("tenants.Tenant").objects.create(name="Borealis Works", slug="borealis")


@pytest.fixture
def written(acme: Any) -> Callable[..., list[Entry]]:
    """Write a few entries about bills and hand them back."""
    from audit.events import POSTING_SETTLED

    def write(count: int = 5, *, tenant: Any = acme) -> list[Entry]:
        record_many(tenant.pk, [NewEntry(POSTING_SETTLED, subject=f"bill {number}", data={"amount": "100.00"}) for number in range(1, count + 1)])
        return list(Entry.everywhere.filter(tenant=tenant).order_by("sequence"))

    return write


@pytest.fixture
def sql() -> Iterator[Callable[..., None]]:
    """Run SQL past the guard."""

    @contextmanager
    def unguarded() -> Iterator[None]:
        lower_guard(DEFAULT_DB_ALIAS)
        yield
        raise_guard(DEFAULT_DB_ALIAS)

    def run(statement: str, *values: Any) -> None:
        with unguarded(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    yield run
