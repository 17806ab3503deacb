"""The call journal: every exchange, written down redacted and capped. Writing it never breaks the call it tells of."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from django.conf import settings
from django.db import DatabaseError

from connectors.port.connector import CallRecord
from onecore.lib.clock import utcnow
from onecore.lib.redact import MASK, redact_text
from onecore.lib.text import shorten, strip_forbidden

from .models import Call, Connection

log = logging.getLogger(__name__)

CAP_CHARACTERS = 20_000
KEEP_DAYS = 30
_SHORTEST_SECRET = 4  # shorter values would mask ordinary text
_PURGE_ROWS = 5_000


class CallJournal:
    """Writes calls of one connection. `hold_back` rows are kept in memory until `flush`: 1 writes each at once."""

    def __init__(self, connection: Connection, *, hold_back: int = 1, heard: Callable[[int], None] | None = None) -> None:
        self._connection = connection
        self._hold_back = hold_back
        self._heard = heard
        self._rows: list[Call] = []
        self._hidden: set[str] = set()
        self._lock = threading.Lock()

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these values wherever they appear, in every notation a request or answer may use."""
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                self._hidden |= {secret, quote(secret, safe=""), quote_plus(secret), escape(secret), json.dumps(secret)[1:-1]}

    def wrote(self, call: CallRecord) -> None:
        if self._heard is not None:
            self._heard(call.status)
        row = Call(
            tenant_id=self._connection.tenant_id,
            connection=self._connection,
            at=utcnow(),
            method=call.method[:8],
            url=self._clean(call.url),
            operation=shorten(self._clean(call.operation), 120),
            status=min(max(call.status, 0), 999),
            elapsed_ms=max(call.elapsed_ms, 0),
            request=self._clean(call.request),
            response=self._clean(call.response),
            request_id=shorten(self._clean(call.request_id), 200),
            error=self._clean(call.error),
        )
        with self._lock:
            self._rows.append(row)
            due = len(self._rows) >= self._hold_back
        if due:
            self.flush()

    def flush(self) -> None:
        """Write what is held back. A database that refuses costs journal lines, never the call's result."""
        with self._lock:
            rows, self._rows = self._rows, []
        if not rows:
            return
        try:
            Call.everywhere.bulk_create(rows, batch_size=500)
        except DatabaseError:
            log.warning("The call journal of connection %s lost %s lines.", self._connection.pk, len(rows), exc_info=True)

    def _clean(self, text: str) -> str:
        for secret in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(secret, MASK)
        text = strip_forbidden(redact_text(text))
        return text if len(text) <= CAP_CHARACTERS else f"{text[:CAP_CHARACTERS]}\n… {len(text) - CAP_CHARACTERS} more characters were not kept"


def purge(*, now: datetime) -> int:
    """Forget calls older than ONECORE_CALLS_KEEP_DAYS (30 unless set), in small steps. Returns how many."""
    days = getattr(settings, "ONECORE_CALLS_KEEP_DAYS", KEEP_DAYS)
    old = Call.everywhere.filter(at__lt=now - timedelta(days=days))
    gone = 0
    while ids := list(old.values_list("pk", flat=True)[:_PURGE_ROWS]):
        gone += Call.everywhere.filter(pk__in=ids).delete()[0]
    return gone
