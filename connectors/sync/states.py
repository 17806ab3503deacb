"""Where a Document and a Posting can stand, and which moves exist. A move that is not in the table does not happen."""

from __future__ import annotations

from django.db import models


class DocumentState(models.TextChoices):
    """What a person needs to know about a document."""

    DORMANT = "dormant", "Not approved yet"
    PENDING = "pending", "To be prepared"
    HELD = "held", "Held"
    QUEUED = "queued", "On its way"
    POSTED = "posted", "Posted"
    SKIPPED = "skipped", "Skipped"
    GONE = "gone", "Gone at the source"


class PostingState(models.TextChoices):
    """DESIGN §2: the life of one outbox row."""

    BLOCKED = "blocked", "Waits for another document"
    GATED = "gated", "Waits for release"
    READY = "ready", "Ready to send"
    SENDING = "sending", "Being sent"
    WAITING = "waiting", "Waits to try again"
    UNCERTAIN = "uncertain", "Outcome uncertain"
    HELD = "held", "Held"
    POSTED = "posted", "Posted"
    SUPERSEDED = "superseded", "Superseded"
    SKIPPED = "skipped", "Skipped"


_S = PostingState
MOVES: dict[str, frozenset[str]] = {
    _S.BLOCKED: frozenset({_S.GATED, _S.READY, _S.SUPERSEDED, _S.SKIPPED}),
    _S.GATED: frozenset({_S.BLOCKED, _S.READY, _S.SUPERSEDED, _S.SKIPPED}),
    _S.READY: frozenset({_S.BLOCKED, _S.SENDING, _S.HELD, _S.SUPERSEDED, _S.SKIPPED}),
    _S.SENDING: frozenset({_S.POSTED, _S.WAITING, _S.UNCERTAIN, _S.HELD}),
    _S.WAITING: frozenset({_S.SENDING, _S.READY, _S.BLOCKED, _S.SUPERSEDED, _S.SKIPPED, _S.HELD}),
    _S.UNCERTAIN: frozenset({_S.SENDING, _S.POSTED, _S.HELD, _S.READY, _S.UNCERTAIN}),
    _S.HELD: frozenset({_S.READY, _S.UNCERTAIN, _S.SUPERSEDED, _S.SKIPPED, _S.POSTED}),
    _S.POSTED: frozenset(),
    _S.SUPERSEDED: frozenset(),
    _S.SKIPPED: frozenset(),
}

OPEN = frozenset({_S.BLOCKED, _S.GATED, _S.READY, _S.SENDING, _S.WAITING, _S.UNCERTAIN, _S.HELD})
"""States in which a Posting still stands for its Document: at most one a Document."""

NEVER_SENT = frozenset({_S.BLOCKED, _S.GATED, _S.READY})
"""Nothing has reached the ledger yet, so the Posting may be replaced."""

AT_WORK = frozenset({_S.READY, _S.SENDING, _S.WAITING, _S.UNCERTAIN})
"""What `drain` waits for; blocked, gated and held ones wait for a person or another document."""


class ForbiddenMove(RuntimeError):
    """Someone asked for a move that is not in the table."""


def may_move(before: str, after: str) -> bool:
    """True if a Posting may go from one state to the other."""
    return after in MOVES[PostingState(before)]
