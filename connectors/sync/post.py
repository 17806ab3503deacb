"""Ask the ledger: look first, then send, then settle. Never inside a transaction.

This is the other of the two places that catch ConnectorError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from connectors.connections.models import Connection
from connectors.connections.opening import declaration
from connectors.port.capabilities import Capabilities
from connectors.port.drafts import Operation, VendorDraft, draft_kind, from_data
from connectors.port.errors import Code, ConnectorError, Refused, SignInAgain, TryLater, Uncertain
from connectors.port.ledger import Booked, KeyedDraft, Ledger, Lookup, Outcome
from connectors.sync import batch, retry, sides
from connectors.sync.compare import difference
from connectors.sync.models import Attempt, Batch, Posting
from connectors.sync.outbox import Lease, LeaseOver, claim, extend
from connectors.sync.recipes.outcome import Stop
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
    window_s: float
    clock: Clock


def open_desk(connection: Connection, *, clock: Clock = utcnow) -> Desk:
    """Open the ledger; nothing is called yet. Raises ConnectorError."""
    capabilities = declaration(connection).capabilities
    knob = settings.ONECORE_VERIFY_WINDOW_S
    window = capabilities.verify_window_s if knob is None else float(knob)
    return Desk(connection, sides.ledger_of(connection), capabilities, window, clock)


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
        found = _find(desk, lease.postings)
    except ConnectorError as error:
        _settle(desk, lease, [News(posting, error=_look_failed(error), unsure=True) for posting in lease.postings])
        return len(lease.postings)
    _settle(desk, lease, [_judged(desk, posting, found.get(posting.key, [])) for posting in lease.postings])
    return len(lease.postings)


def _look_failed(error: ConnectorError) -> ConnectorError:
    """A read that failed, for whatever reason, is asked again later; nothing was written by it."""
    return error if isinstance(error, TryLater | SignInAgain) else TryLater(error.message, error.request_id, error.remote_code)


def _judged(desk: Desk, posting: Posting, hits: list[Booked]) -> News:
    """What a look at an uncertain Posting means."""
    now = desk.clock()
    if posting.looked_at is not None:
        posting.looked_s += max(0.0, (now - posting.looked_at).total_seconds())
    posting.looked_at = now
    settled = _recognised(posting, hits)
    if settled is not None:
        return settled
    if posting.looked_s < desk.window_s:
        return News(posting, absent=True)
    if posting.rounds >= retry.ROUNDS:
        sentence = f"It was sent {retry.ROUNDS + 1} times, no answer came, and the ledger does not show it."
        return News(posting, stop=Stop("outcome_uncertain", sentence, "Look into the ledger, then press Retry or mark it settled.", "person"))
    return News(posting, again=True)


def _recognised(posting: Posting, hits: list[Booked]) -> News | None:
    """Ours and equal: adopted. Ours but different, several, or a stranger's with our number: a person decides."""
    if posting.operation != Operation.CREATE.value:
        return _recognised_change(posting, hits)
    ours = [hit for hit in hits if hit.token == posting.token]
    strangers = [hit for hit in hits if hit.token != posting.token]
    if len(ours) > 1:
        refs = ", ".join(hit.ledger_ref for hit in ours)
        return News(
            posting,
            stop=Stop(
                "found_but_different", f"The ledger holds it {len(ours)} times: {refs}.", "Void all but one there, then press Retry.", "person"
            ),
        )
    if ours:
        apart = difference(from_data(posting.draft), ours[0])
        if not apart:
            return News(posting, booked=ours[0], adopted=True)
        details = {"ledger_ref": ours[0].ledger_ref, "difference": apart}
        sentence = f"The ledger holds it as {ours[0].ledger_ref}, but {apart}."
        return News(
            posting,
            stop=Stop("found_but_different", sentence, "Compare both; correct the ledger or void it there, then press Retry.", "person", details),
        )
    if strangers:
        return News(posting, stop=_duplicate_stop(posting, strangers[0]))
    return None


def _recognised_change(posting: Posting, hits: list[Booked]) -> News | None:
    """An amend or void that has happened already. `hits` holds the very document, read by its id, or nothing."""
    mine = next((hit for hit in hits if hit.ledger_ref == posting.document.ledger_ref), None)
    if posting.operation == Operation.VOID.value:
        return News(posting, booked=mine or _vanished(posting), adopted=True) if mine is None or mine.void else None
    if mine is not None and not mine.void and not difference(from_data(posting.draft), mine):
        return News(posting, booked=mine, adopted=True)
    return None


def _vanished(posting: Posting) -> Booked:
    """A void whose document the ledger no longer shows has happened."""
    document = posting.document
    return Booked(
        ledger_ref=document.ledger_ref, kind=posting.draft["kind"], number=document.ledger_number, vendor=posting.draft["vendor"],
        currency=posting.currency, total=posting.amount, line_count=0, token=posting.token, state="void", void=True,
    )  # fmt: skip


def _duplicate_stop(posting: Posting, other: Booked) -> Stop:
    sentence = (
        f"The ledger already has bill {other.number} of this vendor ({other.ledger_ref}, {other.total} {other.currency}, {other.state}), "
        "and it was not posted by OneCore."
    )
    fix = "If it is this invoice, link it; otherwise correct the invoice number in the source."
    return Stop("duplicate_number", sentence, fix, "person", {"ledger_ref": other.ledger_ref, "number": other.number, "total": str(other.total)})


def post_batch(desk: Desk) -> int:
    """Claim what is ready, look once for what may be there already, send the rest as one stored request, settle."""
    limit = min(desk.capabilities.max_batch, _batch_size(desk))
    lease = claim(desk.connection, states=[_S.READY, _S.WAITING], limit=limit, act=Attempt.Act.SEND, now=desk.clock())
    if lease is None:
        return 0
    try:
        early, to_send = _look_before(desk, lease)
        answered, stored = _send(desk, lease, to_send)
    except LeaseOver:
        return len(lease.postings)  # whoever took over looks first; our news would be a guess
    except ConnectorError as error:
        # Nothing was sent yet: the look or the sign-in failed.
        _settle(desk, lease, [News(posting, error=_look_failed(error)) for posting in lease.postings])
        return len(lease.postings)
    _settle(desk, lease, early + answered, stored)
    return len(lease.postings)


def _batch_size(desk: Desk) -> int:
    return int(getattr(desk.connection, "batch_size", 0) or desk.capabilities.max_batch)


def _look_before(desk: Desk, lease: Lease) -> tuple[list[News], list[tuple[Posting, Booked | None]]]:
    """The last try may have succeeded without our hearing of it, and someone may have keyed the bill by hand. What remains
    to be sent comes with the document as the ledger holds it now (amend and void)."""
    found = _find(desk, lease.postings)
    early: list[News] = []
    to_send: list[tuple[Posting, Booked | None]] = []
    for posting in lease.postings:
        hits = found.get(posting.key, [])
        news = _recognised(posting, hits) or _forbidden_change(posting, hits)
        if news is None:
            to_send.append((posting, hits[0] if hits and posting.operation != Operation.CREATE.value else None))
        else:
            early.append(news)
    return early, to_send


def _forbidden_change(posting: Posting, hits: list[Booked]) -> News | None:
    """Amend and void only what the ledger still lets us, under the tenant's policy."""
    if posting.operation == Operation.CREATE.value:
        return None
    policy = posting.flow.integration.policy
    mine = next((hit for hit in hits if hit.ledger_ref == posting.document.ledger_ref), None)
    if mine is None or mine.void:
        sentence = f"The ledger no longer has {posting.document.ledger_number or posting.document.ledger_ref}: it was deleted or reversed there."
        return News(posting, stop=Stop("not_found", sentence, "If that is right, mark it settled; else restore it there and press Retry.", "person"))
    if mine.paid:
        sentence = f"{mine.number or mine.ledger_ref} is paid ({mine.paid} {mine.currency}), so it cannot be changed."
        return News(posting, stop=Stop("paid_cannot_change", sentence, "Correct it in the ledger by hand, then mark it settled here.", "person"))
    if posting.operation == Operation.AMEND.value and policy.amend == "while_draft_or_unapproved" and mine.settled:
        sentence = f"It changed in the source, but {mine.number or mine.ledger_ref} is already {mine.state} in the ledger."
        fix = "Change it in the ledger by hand and mark it settled here, or allow amending until paid on the policy page."
        return News(posting, stop=Stop("changed_after_posting", sentence, fix, "policy", {"policy_field": "amend"}))
    return None


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
        found = _find(desk, [item.posting for item in doubtful])
    except ConnectorError as error:
        return [_unsure(item, error) if item in doubtful else item for item in news]
    return [(_recognised(item.posting, found.get(item.posting.key, [])) or _not_shown(item)) if item in doubtful else item for item in news]


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


def _find(desk: Desk, postings: list[Posting]) -> dict[str, list[Booked]]:
    """What the ledger holds for each, by key: creates by number and token in one block, changes by the id they were booked under."""
    creates = [posting for posting in postings if posting.operation == Operation.CREATE.value]
    with sides.sign_in_told(desk.connection):
        found = desk.ledger.find([_lookup(posting) for posting in creates]) if creates else {}
        changes: dict[str, list[Posting]] = {}
        for posting in postings:
            if posting.operation != Operation.CREATE.value:
                changes.setdefault(posting.draft["kind"], []).append(posting)
        for kind, block in changes.items():
            there = {booked.ledger_ref: booked for booked in desk.ledger.read(kind, [posting.document.ledger_ref for posting in block])}
            found |= {posting.key: [there[posting.document.ledger_ref]] for posting in block if posting.document.ledger_ref in there}
        return found


def _lookup(posting: Posting) -> Lookup:
    draft = from_data(posting.draft)
    if isinstance(draft, VendorDraft):
        return Lookup(posting.key, draft_kind(draft), draft.vendor_id, draft.name, posting.token)
    return Lookup(posting.key, draft_kind(draft), draft.vendor, draft.number, posting.token)


def _settle(desk: Desk, lease: Lease, news: list[News], stored: Batch | None = None) -> None:
    settle(lease, news, window_s=desk.window_s, now=desk.clock(), batch=stored)
