"""How states look: one table each, so that every screen shows the same state in the same colour."""

from __future__ import annotations

from connectors.sync.models import Run
from connectors.sync.states import DocumentState, PostingState

DOCUMENT: dict[str, str] = {
    DocumentState.DORMANT: "quiet",
    DocumentState.PENDING: "info",
    DocumentState.HELD: "warn",
    DocumentState.QUEUED: "info",
    DocumentState.POSTED: "good",
    DocumentState.SKIPPED: "quiet",
    DocumentState.GONE: "bad",
}
POSTING: dict[str, str] = {
    PostingState.BLOCKED: "quiet",
    PostingState.GATED: "warn",
    PostingState.READY: "info",
    PostingState.SENDING: "info",
    PostingState.WAITING: "info",
    PostingState.UNCERTAIN: "warn",
    PostingState.HELD: "warn",
    PostingState.POSTED: "good",
    PostingState.SUPERSEDED: "quiet",
    PostingState.SKIPPED: "quiet",
}
RUN: dict[str, str] = {Run.State.RUNNING: "info", Run.State.DONE: "good", Run.State.FAILED: "bad"}
ATTEMPT: dict[str, str] = {"posted": "good", "found": "good", "refused": "bad", "uncertain": "warn", "try later": "info", "absent": "quiet"}
