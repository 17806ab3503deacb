"""The token store: one refresher a credential, the new token committed before anybody uses it, nobody waits on a lock.

The remote is asked outside any transaction. Others wait, bounded, for the row's generation to move.
"""

from __future__ import annotations

import json
import logging
import random
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import DatabaseError

from connectors.port.connector import Grant, SignIn, Token
from connectors.port.errors import Misfit, Refused, SignInAgain, TryLater, Uncertain
from onecore.lib.secretbox import CannotOpen

from . import lease, standing, vault
from .models import Connection, Credential
from .outside import forbid_in_transaction

log = logging.getLogger(__name__)

MARGIN_S = 30.0  # a token this close to its end is as good as spent
LOST_PATIENCE_S = 900.0  # so long a lost refresh is tried again, even at remotes that promise no grace: they say no clearly
YOUNG_S = 300.0  # a token refused this soon, before it ever worked, was a fruitless renewal
MOST_FRUITLESS = 2
_ANSWERS_THAT_PROVE = 2  # one may be the refusal itself: some systems refuse with status 200
_POLL_S = (0.05, 0.5)


class DatabaseTokenStore:
    """Hands out the live token of one connection. Threads may share it.

    `sign_in` asks the remote. `trial`: a person is testing, so try even where the connection waits for a sign-in.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        sign_in: Callable[[Grant], Token],
        grace_s: float,
        lease_s: float,
        now: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
        trial: bool = False,
    ) -> None:
        self._connection = connection
        self._kind = connection.sign_in_kind
        self._sign_in = sign_in
        self._grace_s = max(grace_s, LOST_PATIENCE_S)
        self._lease_s = lease_s
        self._now = now
        self._listeners: list[Callable[[list[str]], None]] = []
        self._sleep = sleep
        self._trial = trial
        self._held: Token | None = None
        self._good_answers = 0

    # --- what the adapter asks -------------------------------------------------------------------------------------

    def token(self) -> Token:
        held = self._held
        if held is not None and self._is_fresh(held):
            return held
        row = self._row()
        stored = self._read(row)
        if stored is not None and self._is_fresh(stored):
            return self._hold(stored)
        return self._next_token(row, fruitless=0)

    def renew(self, spent: Token) -> Token:
        row = self._row()
        stored = self._read(row)
        if stored is not None and stored.access != spent.access and self._is_fresh(stored):
            return self._hold(stored)
        fruitless = row.fruitless + 1 if self._never_worked(row) else 0
        if fruitless > MOST_FRUITLESS:
            raise self._stop(f"{self._connection.system_label} refuses every new sign-in at once. Check the user's rights there and sign in again.")
        return self._next_token(row, fruitless=fruitless)

    def touched(self, token: Token, *, expires_at: float) -> None:
        held = self._held
        if held is None or held.access != token.access or expires_at <= held.expires_at:
            return
        self._held = Token(token.access, expires_at, token.refresh, token.extra)
        try:
            row = self._row()
            stored = self._read(row)
            if stored is not None and stored.access == token.access:
                Credential.everywhere.filter(pk=row.pk, generation=row.generation).update(expires_at=_moment(expires_at))
        except (DatabaseError, SignInAgain):
            log.info("The longer life of a session of connection %s was not stored; it will be renewed earlier.", self._connection.pk)

    def tell(self, listener: Callable[[list[str]], None]) -> None:
        """Tell a journal every token, so that it can mask them."""
        self._listeners.append(listener)

    def heard(self, status: int) -> None:
        """Told by the journal: how many calls went well since this token was handed out."""
        if 200 <= status < 300:
            self._good_answers += 1

    def accept(self, token: Token, *, redirect_uri: str = "") -> None:
        """Store a token that a person just obtained by signing in."""
        while not self._settle(vault.credential_of(self._connection), token, fruitless=0):
            pass  # the generation moved between reading and writing: look again
        Credential.everywhere.filter(connection=self._connection).update(redirect_uri=redirect_uri)

    def stored(self) -> Token | None:
        """The token in the row, live or not; for taking it back."""
        return self._read(self._row())

    # --- one refresher -----------------------------------------------------------------------------------------------

    def _next_token(self, row: Credential, *, fruitless: int) -> Token:
        """A token newer than `row` shows: fetched by us if the lease is ours, else by whoever holds it."""
        forbid_in_transaction()
        owner, ends_at, poll_s = uuid.uuid4().hex, time.monotonic() + self._lease_s, _POLL_S[0]
        seen = row.generation
        while True:
            self._refuse_if_stopped()
            now = _moment(self._now())
            if lease.is_free(row, now=now) and lease.claim(row, owner=owner, now=now, seconds=self._lease_s):
                return self._refresh(self._row(), owner=owner, fruitless=fruitless)
            if time.monotonic() >= ends_at:
                raise TryLater(f"{self._connection}: another process is signing in and has not finished. It is tried again.", after_s=10)
            self._sleep(poll_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads waiters, guards nothing
            poll_s = min(poll_s * 1.5, _POLL_S[1])
            row = self._row()
            stored = self._read(row) if row.generation != seen else None
            if stored is not None and self._is_fresh(stored):
                return self._hold(stored)

    def _refresh(self, row: Credential, *, owner: str, fruitless: int) -> Token:
        """Ask the remote; the lease is ours. A crash in here leaves the lease, which tells the next one what happened."""
        try:
            token = self._sign_in(self._grant(row))
        except TryLater:
            lease.give_back(row, owner=owner)
            raise
        except (Refused, Misfit) as problem:  # no document is at fault: the connection cannot be used now
            lease.give_back(row, owner=owner)
            standing.mark_unreachable(self._connection, problem.message)
            raise TryLater(
                problem.message, problem.request_id, problem.remote_code, problem.details, after_s=300, pauses_connection=True
            ) from problem
        except SignInAgain as problem:
            lease.give_back(row, owner=owner)
            standing.mark_sign_in(self._connection, problem.message)
            raise
        except Uncertain as problem:
            return self._lost(row, problem, owner=owner)
        if self._settle(row, token, fruitless=fruitless):
            return self._hold(token)
        newer = self._read(self._row())  # our lease ran out and somebody else was served meanwhile: theirs is the live one
        if newer is None:
            raise SignInAgain(f"{self._connection} was disconnected meanwhile. Sign in again.")
        return self._hold(newer)

    def _lost(self, row: Credential, problem: Uncertain, *, owner: str) -> Token:
        """The answer was lost. Only a refresh token can be spent by that; whether it was, the next try tells."""
        if self._kind is not SignIn.AUTHORIZATION_CODE:
            lease.give_back(row, owner=owner)
            raise TryLater(problem.message, problem.request_id, problem.remote_code, after_s=5) from problem
        lost_at = row.lost_at or row.lease_since
        if lost_at is not None and self._now() - lost_at.timestamp() > self._grace_s:
            lease.give_back_lost(row, owner=owner)
            raise self._stop(f"The answer to a renewed sign-in at {self._connection.system_label} was lost for good. Sign in again.") from problem
        lease.give_back_lost(row, owner=owner)
        raise TryLater(problem.message, problem.request_id, problem.remote_code, after_s=5, pauses_connection=True) from problem

    def _grant(self, row: Credential) -> Grant:
        if self._kind is not SignIn.AUTHORIZATION_CODE:
            return Grant(self._kind)
        stored = self._read(row)
        if stored is None or not stored.refresh:
            raise SignInAgain(f"Nobody has signed in to {self._connection} yet. Open the connection and sign in.")
        return Grant(self._kind, refresh=stored.refresh, redirect_uri=row.redirect_uri)

    def _settle(self, row: Credential, token: Token, *, fruitless: int) -> bool:
        self._hide([token.access, token.refresh])
        sealed = vault.seal(row, vault.TOKEN, _as_text(token))
        return lease.settle(row, sealed=sealed, since=_moment(self._now()), expires_at=_moment(token.expires_at), fruitless=fruitless)

    def _hide(self, secrets: list[str]) -> None:
        for listener in self._listeners:
            listener(secrets)

    # --- the row -----------------------------------------------------------------------------------------------------

    def _row(self) -> Credential:
        return vault.credential_of(self._connection)

    def _read(self, row: Credential) -> Token | None:
        if not row.token:
            return None
        try:
            data = json.loads(vault.unseal(row, vault.TOKEN, row.token))
        except CannotOpen as problem:
            raise self._stop(f"The stored sign-in of {self._connection} cannot be read: {problem}. Mend the keys, or sign in again.") from problem
        expires_at = row.expires_at.timestamp() if row.expires_at else 0.0
        token = Token(data["access"], expires_at, data["refresh"], tuple((name, value) for name, value in data["extra"]))
        self._hide([token.access, token.refresh])
        return token

    def _hold(self, token: Token) -> Token:
        if self._held is None or self._held.access != token.access:
            self._good_answers = 0
        self._held = token
        return token

    def _is_fresh(self, token: Token) -> bool:
        return token.expires_at - self._now() > MARGIN_S

    def _never_worked(self, row: Credential) -> bool:
        """True for a young token that was refused before it was of any use."""
        is_young = row.token_since is not None and self._now() - row.token_since.timestamp() < YOUNG_S
        return is_young and self._good_answers < _ANSWERS_THAT_PROVE

    def _refuse_if_stopped(self) -> None:
        if self._trial:
            return
        told = (
            Connection.everywhere.filter(pk=self._connection.pk, status=Connection.Status.SIGN_IN).values_list("status_sentence", flat=True).first()
        )
        if told is not None:
            raise SignInAgain(told or f"{self._connection} needs a new sign-in. Open the connection and sign in.")

    def _stop(self, sentence: str) -> SignInAgain:
        standing.mark_sign_in(self._connection, sentence)
        return SignInAgain(sentence)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0.0), 4e9), UTC)


def _as_text(token: Token) -> str:
    return json.dumps({"access": token.access, "refresh": token.refresh, "extra": [list(pair) for pair in token.extra]})
