"""One refresher a credential, whatever happens to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.connections import vault
from connectors.connections.models import Connection, Credential
from connectors.connections.opening import signing_in
from connectors.connections.tokens import DatabaseTokenStore
from connectors.port.connector import SignIn, Token
from connectors.port.errors import Code, Refused, SignInAgain, TryLater, Uncertain
from onecore.lib.clock import utcnow

from .pretend import Remote

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self) -> None:
        self.seconds = utcnow().timestamp()

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def store_of(connection: Connection, clock: Clock, **changes: Any) -> DatabaseTokenStore:
    return signing_in(connection, now=clock, **changes).tokens


@pytest.fixture
def person(connection: Connection, clock: Clock) -> Connection:
    """A connection a person signed in to: its token will be renewed with a refresh token."""
    connection.signs_in_with = SignIn.AUTHORIZATION_CODE
    connection.save()
    store_of(connection, clock).accept(Token("access-0", clock() + 3600, "refresh-0"))
    return connection


def test_a_live_token_is_shared_by_every_store(connection: Connection, clock: Clock, remote: Remote) -> None:
    assert store_of(connection, clock).token() == store_of(connection, clock).token()
    assert len(remote.grants) == 1


def test_a_held_token_costs_no_query(connection: Connection, clock: Clock, django_assert_num_queries: Any) -> None:
    store = store_of(connection, clock)
    store.token()
    with django_assert_num_queries(0):
        store.token()


def test_a_token_near_its_end_is_renewed_with_its_refresh_token(person: Connection, clock: Clock, remote: Remote) -> None:
    clock.seconds += 3590
    assert store_of(person, clock).token().access == "access-1"
    assert [grant.refresh for grant in remote.grants] == ["refresh-0"]


def test_a_refused_token_is_renewed_once_for_all_callers(person: Connection, clock: Clock, remote: Remote) -> None:
    first, second = store_of(person, clock), store_of(person, clock)
    spent = first.token()
    assert second.token() == spent
    assert first.renew(spent) == second.renew(spent)
    assert len(remote.grants) == 1


def test_two_fruitless_renewals_and_then_a_person_must_sign_in(person: Connection, clock: Clock, remote: Remote) -> None:
    store = store_of(person, clock)
    token = store.token()
    token = store.renew(token)
    token = store.renew(token)
    with pytest.raises(SignInAgain):
        store.renew(token)
    assert len(remote.grants) == 2
    person.refresh_from_db()
    assert person.status == Connection.Status.SIGN_IN


def test_a_token_that_worked_before_it_was_refused_may_be_renewed_again_and_again(person: Connection, clock: Clock, remote: Remote) -> None:
    store = store_of(person, clock)
    token = store.token()
    for _ in range(5):
        store.heard(200)
        store.heard(200)
        token = store.renew(token)
    assert len(remote.grants) == 5


def test_nobody_asks_the_remote_while_the_connection_waits_for_a_sign_in(person: Connection, clock: Clock, remote: Remote) -> None:
    remote.answers = [SignInAgain("The consent was taken back.")]
    clock.seconds += 4000
    with pytest.raises(SignInAgain):
        store_of(person, clock).token()
    for _ in range(3):
        with pytest.raises(SignInAgain, match="taken back"):
            store_of(person, clock).token()
    assert len(remote.grants) == 1


def test_the_need_to_sign_in_is_told_once(person: Connection, clock: Clock, remote: Remote) -> None:
    from audit.models import Entry

    clock.seconds += 4000
    for _ in range(3):
        remote.answers = [SignInAgain("The consent was taken back.")]
        with pytest.raises(SignInAgain):
            store_of(person, clock, trial=True).token()
    assert Entry.objects.filter(event="connection.sign_in_needed").count() == 1


def test_a_refresher_killed_before_it_stored_the_answer_is_a_lost_answer_and_the_old_token_is_tried_again(
    person: Connection, clock: Clock, remote: Remote
) -> None:
    clock.seconds += 4000
    remote.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        store_of(person, clock).token()
    row = vault.credential_of(person)
    assert row.lease_owner
    clock.seconds += 600
    assert store_of(person, clock).token().access == "access-2"
    assert [grant.refresh for grant in remote.grants] == ["refresh-0", "refresh-0"]
    row.refresh_from_db()
    assert (row.lease_owner, row.lost_at) == ("", None)


def test_a_lost_answer_whose_old_token_is_dead_needs_a_person(person: Connection, clock: Clock, remote: Remote) -> None:
    clock.seconds += 4000
    remote.answers = [KeyboardInterrupt(), SignInAgain("invalid_grant")]
    with pytest.raises(KeyboardInterrupt):
        store_of(person, clock).token()
    clock.seconds += 600
    with pytest.raises(SignInAgain):
        store_of(person, clock).token()
    person.refresh_from_db()
    assert person.status == Connection.Status.SIGN_IN


def test_a_lost_answer_is_tried_again_within_the_grace_and_then_given_up(person: Connection, clock: Clock, remote: Remote) -> None:
    clock.seconds += 4000
    remote.answers = [Uncertain("No answer came.") for _ in range(3)]
    for _ in range(2):
        with pytest.raises(TryLater):
            store_of(person, clock).token()
        clock.seconds += 60
    assert vault.credential_of(person).lost_at is not None
    clock.seconds += 1800
    with pytest.raises(SignInAgain):
        store_of(person, clock).token()


def test_a_lost_answer_of_a_service_account_costs_nothing(connection: Connection, clock: Clock, remote: Remote) -> None:
    remote.answers = [Uncertain("No answer came.")]
    with pytest.raises(TryLater):
        store_of(connection, clock).token()
    assert store_of(connection, clock).token().access == "access-2"


def test_a_late_answer_is_stored_although_the_lease_ran_out(person: Connection, clock: Clock, remote: Remote) -> None:
    """It is the newest token there is; without it the connection would be lost."""
    store = store_of(person, clock)
    before = vault.credential_of(person).generation
    clock.seconds += 4000

    def slow(grant: object) -> Token:
        Credential.everywhere.filter(connection=person).update(lease_owner="another", lease_until=utcnow() + timedelta(days=1))
        return Token("late", clock() + 3600, "late-refresh")

    store._sign_in = slow
    assert store.token().access == "late"
    assert vault.credential_of(person).generation == before + 1


def test_whoever_finds_a_newer_token_than_its_own_answer_uses_the_newer_one(person: Connection, clock: Clock, remote: Remote) -> None:
    store = store_of(person, clock)
    clock.seconds += 4000

    def overtaken(grant: object) -> Token:
        store_of(person, clock).accept(Token("newer", clock() + 3600, "newer-refresh"))
        return Token("late", clock() + 3600, "late-refresh")

    store._sign_in = overtaken
    assert store.token().access == "newer"


def test_a_busy_remote_leaves_everything_as_it_was(person: Connection, clock: Clock, remote: Remote) -> None:
    clock.seconds += 4000
    remote.answers = [TryLater("Busy.", after_s=7)]
    with pytest.raises(TryLater):
        store_of(person, clock).token()
    row = vault.credential_of(person)
    assert (row.lease_owner, row.lost_at) == ("", None)
    assert store_of(person, clock).token().access == "access-2"


def test_a_wrong_address_pauses_the_connection_and_blames_no_document(connection: Connection, clock: Clock, remote: Remote) -> None:
    remote.answers = [Refused("There is no sign-in service there.", code=Code.UNSPECIFIED)]
    with pytest.raises(TryLater) as told:
        store_of(connection, clock).token()
    assert told.value.pauses_connection
    connection.refresh_from_db()
    assert connection.status == Connection.Status.UNREACHABLE


def test_a_sliding_session_lives_on_in_the_row(connection: Connection, clock: Clock, remote: Remote) -> None:
    store = store_of(connection, clock)
    token = store.token()
    store.touched(token, expires_at=clock() + 9000)
    clock.seconds += 5000
    assert store_of(connection, clock).token().access == token.access
    assert len(remote.grants) == 1


def test_others_wait_bounded_for_a_refresher_that_hangs(person: Connection, clock: Clock, settings: Any, remote: Remote) -> None:
    settings.ONECORE_LEASE_S = 0.3
    clock.seconds += 4000
    Credential.everywhere.filter(connection=person).update(lease_owner="hanging", lease_since=utcnow(), lease_until=utcnow() + timedelta(days=1))
    with pytest.raises(TryLater):
        store_of(person, clock).token()
    assert remote.grants == []


def test_the_token_in_the_database_is_sealed(person: Connection) -> None:
    assert "access-0" not in repr(Credential.everywhere.values().get(connection=person))
