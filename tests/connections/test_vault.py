"""Secrets at rest."""

from __future__ import annotations

import pytest

from connectors.connections import vault
from connectors.connections.models import Connection, Credential
from onecore.lib.secretbox import CannotOpen, new_key

from .pretend import CANARY

pytestmark = pytest.mark.django_db


def test_it_gives_back_what_was_put_and_stores_nothing_readable(connection: Connection) -> None:
    assert vault.reveal(connection) == {"client_secret": CANARY}
    assert CANARY not in repr(Credential.everywhere.values().get(connection=connection))


def test_an_empty_value_keeps_what_is_stored(connection: Connection) -> None:
    assert not vault.put(connection, {"client_secret": ""})
    assert vault.reveal(connection) == {"client_secret": CANARY}


def test_putting_the_same_secret_again_changes_nothing(connection: Connection) -> None:
    before = vault.credential_of(connection).generation
    assert not vault.put(connection, {"client_secret": CANARY})
    assert vault.credential_of(connection).generation == before


def test_a_changed_secret_drops_the_token(connection: Connection) -> None:
    row = vault.credential_of(connection)
    Credential.everywhere.filter(pk=row.pk).update(token=vault.seal(row, "token", "{}"), lease_owner="somebody")
    assert vault.put(connection, {"client_secret": "another"})
    row.refresh_from_db()
    assert (row.token, row.lease_owner) == ("", "")


def test_a_secret_swapped_into_another_row_does_not_open(connection: Connection, tenant: object) -> None:
    thief = Connection.objects.create(system="pretend", name="Thief")
    vault.put(thief, {"client_secret": "own"})
    stolen = vault.credential_of(connection).secrets
    Credential.everywhere.filter(connection=thief).update(secrets=stolen)
    with pytest.raises(CannotOpen):
        vault.reveal(thief)


def test_a_secret_swapped_into_another_field_does_not_open(connection: Connection) -> None:
    row = vault.credential_of(connection)
    Credential.everywhere.filter(pk=row.pk).update(secrets={"password": row.secrets["client_secret"]})
    with pytest.raises(CannotOpen):
        vault.reveal(connection)


def test_keys_rotate_while_old_rows_stay_readable(connection: Connection, settings) -> None:
    old, new = settings.ONECORE_FIELD_KEYS[0], new_key()
    settings.ONECORE_FIELD_KEYS = [new, old]
    row = vault.credential_of(connection)
    assert vault.reveal(connection) == {"client_secret": CANARY}
    assert vault.reseal(row.pk)
    assert not vault.reseal(row.pk)
    settings.ONECORE_FIELD_KEYS = [new]
    assert vault.reveal(connection) == {"client_secret": CANARY}


def test_a_lost_key_is_named_as_the_reason(connection: Connection, settings) -> None:
    settings.ONECORE_FIELD_KEYS = [new_key()]
    with pytest.raises(CannotOpen, match="ONECORE_FIELD_KEYS"):
        vault.reveal(connection)


def test_a_secret_lost_with_its_key_can_be_entered_again(connection: Connection, settings) -> None:
    settings.ONECORE_FIELD_KEYS = [new_key()]
    assert vault.put(connection, {"client_secret": "again"})
    assert vault.reveal(connection) == {"client_secret": "again"}


def test_wiping_leaves_nothing(connection: Connection) -> None:
    vault.wipe(connection)
    assert vault.reveal(connection) == {}
    assert vault.names(connection) == frozenset()
