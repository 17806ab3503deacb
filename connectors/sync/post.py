"""Ask the ledger: look first, then send, then settle. Never inside a transaction.

This is the other of the two places that catch ConnectorError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from connectors.connections.models import Connection, Policy
from connectors.connections.opening import declaration
from connectors.port.capabilities import Capabilities
from connectors.port.drafts import Operation, VendorDraft, from_data
from connectors.port.errors import Code, ConnectorError, Refused, Uncertain
from connectors.port.ledger import Booked, KeyedDraft, Ledger, Outcome
from connectors.sync import batch, retry, sides
from connectors.sync.look import find, look_failed
from connectors.sync.models import Attempt, Batch, Posting
from connectors.sync.outbox import Lease, LeaseOver, claim, extend
from connectors.sync.recipes.outcome import Stop
from connectors.sync.recognise import forbidden_change, recognised
from connectors.sync.settle import News, settle
from connectors.sync.states import PostingState
from onecore.lib.clock import utcnow

_S = PostingState
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Desk:
    """One connection, opened for posting."""

    connection: Connection
    ledger: Ledger
    capabilities: Capabilities
    batch_size: int
    window_s: float
    clock: Clock


def open_desk(connection: Connection, *, clock: Clock = utcnow) -> Desk:
    """Open the ledger; nothing is called yet. Raises ConnectorError."""
    capabilities = declaration(connection).capabilities
    knob = settings.ONECORE_VERIFY_WINDOW_S
    window = capabilities.verify_window_s if knob is None else float(knob)
    chosen = Policy.everywhere.filter(integration__ledger=connection).aggregate(least=Min("batch_size"))["least"]
    size = min(capabilities.max_batch, chosen or capabilities.max_batch)
    return Desk(connection, sides.ledger_of(connection), capabilities, size, window, clock)


def post_due(connection: Connection, *, clock: Clock = utcnow) -> int:
    """Everything due on one connection, batch by batch; returns how many Postings were handled."""
    desk, handled = open_desk(connection, clock=clock), 0
    while True:
        count = look_for_uncertain(desk) + post_batch(desk)
        if not count:
            return handled
        handled += count
        connection.refresh_from_db()
        if connection.status == "sign_in":
            return handled


def look_for_uncertain(desk: Desk) -> int:
    """Ask the ledger what became of writes whose answer was lost: one block query."""
    lease = claim(desk.connection, states=[_S.UNCERTAIN], limit=desk.capabilities.max_batch, act=Attempt.Act.LOOK, now=desk.clock())
    if lease is None:
        return 0
    try:
        found = find(desk.connection, desk.ledger, lease.postings)
    except ConnectorError as error:
        _settle(desk, lease, [News(posting, error=look_failed(error), unsure=True) for posting in lease.postings])
        return len(lease.postings)
    _settle(desk, lease, [_judged(desk, posting, found.get(posting.key, [])) for posting in lease.postings])
    return len(lease.postings)


def _judged(desk: Desk, posting: Posting, hits: list[Booked]) -> News:
    """What a look at an uncertain Posting means."""
    now = desk.clock()
    if posting.looked_at is not None:
        posting.looked_s += max(0.0, (now - posting.looked_at).total_seconds())
    posting.looked_at = now
    settled = recognised(posting, hits)
    if settled is not None:
        return settled
    if posting.looked_s < desk.window_s:
        return News(posting, absent=True)
    if posting.rounds >= retry.ROUNDS:
        sentence = f"It was sent {retry.ROUNDS + 1} times, no answer came, and the ledger does not show it."
        return News(posting, stop=Stop("outcome_uncertain", sentence, "Look into the ledger, then press Retry or mark it settled.", "person"))
    return News(posting, again=True)


def post_batch(desk: Desk) -> int:
    """Claim what is ready, look once for what may be there already, send the rest as one stored request, settle."""
    lease = claim(desk.connection, states=[_S.READY, _S.WAITING], limit=desk.batch_size, act=Attempt.Act.SEND, now=desk.clock())
    if lease is None:
        return 0
    try:
        early, to_send = _look_before(desk, lease)
        answered, stored = _send(desk, lease, to_send)
    except LeaseOver:
        return len(lease.postings)  # whoever took over looks first; our news would be a guess
    except ConnectorError as error:
        # Nothing was sent yet: the look or the sign-in failed.
        _settle(desk, lease, [News(posting, error=look_failed(error)) for posting in lease.postings])
        return len(lease.postings)
    _settle(desk, lease, early + answered, stored)
    return len(lease.postings)


def _look_before(desk: Desk, lease: Lease) -> tuple[list[News], list[tuple[Posting, Booked | None]]]:
    """The last try may have succeeded without our hearing of it, and someone may have keyed the bill by hand. What remains
    to be sent comes with the document as the ledger holds it now (amend and void)."""
    found = find(desk.connection, desk.ledger, lease.postings)
    early: list[News] = []
    to_send: list[tuple[Posting, Booked | None]] = []
    for posting in lease.postings:
        hits = found.get(posting.key, [])
        news = recognised(posting, hits) or forbidden_change(posting, hits)
        if news is None:
            to_send.append((posting, hits[0] if hits and posting.operation != Operation.CREATE.value else None))
        else:
            early.append(news)
    return early, to_send


def _send(desk: Desk, lease: Lease, to_send: list[tuple[Posting, Booked | None]]) -> tuple[list[News], Batch | None]:
    if not to_send:
        return [], None
    drafts = [_keyed(posting, now_there) for posting, now_there in to_send]
    postings = [posting for posting, _ in to_send]
    now = desk.clock()
    composition = batch.compose(desk.ledger, drafts)
    with transaction.atomic(durable=True):
        extend(lease, now=now)
        stored = batch.keep(desk.connection, composition, postings, now=now)
    try:
        with sides.sign_in_told(desk.connection):
            outcomes = desk.ledger.send(composition, guard=lease.guard)
    except ConnectorError as error:
        return [News(posting, error=error, request=_own_part(posting)) for posting in postings], stored
    by_key = {outcome.key: outcome for outcome in outcomes}
    news = [_news(posting, by_key.get(posting.key)) for posting in postings]
    return _second_look(desk, news), stored


def _own_part(posting: Posting) -> str:
    return f"{posting.operation} {posting.draft.get('kind', '')} key {posting.key}"


def _news(posting: Posting, outcome: Outcome | None) -> News:
    if outcome is None:
        return News(posting, error=Uncertain("The answer did not mention this document."))
    return News(posting, booked=outcome.booked, error=outcome.error, request=outcome.request, answer=outcome.answer)


def _second_look(desk: Desk, news: list[News]) -> list[News]:
    """ "Already there" is not yet bad news: ours is adopted, a stranger's is asked about."""
    doubtful = [item for item in news if isinstance(item.error, Refused) and item.error.code in {Code.DUPLICATE_NUMBER, Code.ALREADY_DONE}]
    if not doubtful:
        return news
    try:
        found = find(desk.connection, desk.ledger, [item.posting for item in doubtful])
    except ConnectorError as error:
        return [_unsure(item, error) if item in doubtful else item for item in news]
    return [(recognised(item.posting, found.get(item.posting.key, [])) or _not_shown(item)) if item in doubtful else item for item in news]


def _unsure(item: News, error: ConnectorError) -> News:
    return News(item.posting, error=Uncertain(f"{item.error} The look for it failed: {error}"), request=item.request, answer=item.answer)


def _not_shown(item: News) -> News:
    """The ledger knows the key but does not show the document yet: uncertain until the window is over."""
    assert isinstance(item.error, Refused)
    if item.error.code == Code.ALREADY_DONE:
        return News(
            item.posting, error=Uncertain(item.error.message, item.error.request_id, item.error.remote_code), request=item.request, answer=item.answer
        )
    return item


def _keyed(posting: Posting, now_there: Booked | None) -> KeyedDraft:
    draft = from_data(posting.draft)
    if now_there is not None and not isinstance(draft, VendorDraft):
        # Somebody may have posted our draft in the ledger since: it is changed as what it is now.
        draft = replace(draft, as_draft=not now_there.settled)
    return KeyedDraft(
        key=posting.key,
        operation=Operation(posting.operation),
        draft=draft,
        ledger_ref=posting.document.ledger_ref,
        void_date=posting.document.gl_date_moved_to,
    )


def _settle(desk: Desk, lease: Lease, news: list[News], stored: Batch | None = None) -> None:
    settle(lease, news, window_s=desk.window_s, now=desk.clock(), batch=stored)
