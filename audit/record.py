"""Write to the trail: the last thing a caller does inside its transaction, once for the whole batch.

One lock on the tenant's head, one insert, one update of the head: three queries, whatever the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, router, transaction

from audit.chain import KeyRing, content_of, head_content
from audit.events import Event, known
from audit.models import PORTAL_CHAIN, Entry, Head
from onecore.lib.clock import utcnow
from onecore.lib.digest import plain_data
from onecore.lib.redact import redact, redact_text
from onecore.lib.text import shorten, strip_forbidden

CAP_CHARACTERS = 40_000
"""The most of one request or answer that an entry keeps, after redaction."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What happened, to be written down. `request` and `response` may be raw: they are redacted and capped here."""

    event: Event
    subject: str = ""
    subject_id: str = ""
    integration_id: int | None = None
    document_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    request: str = ""
    response: str = ""
    actor: str = "system"
    at: datetime | None = None


def record(event: Event, *, tenant_id: int | None, **fields: Any) -> None:
    """Write one entry. `tenant_id` None is the portal's own chain."""
    record_many(tenant_id, [NewEntry(event, **fields)])


def record_many(tenant_id: int | None, entries: Sequence[NewEntry]) -> None:
    """Append the entries, in their order, to the tenant's chain."""
    if not entries:
        return
    for new in entries:
        known(new.event)
    ring = KeyRing(settings.ONECORE_AUDIT_KEY)
    chain = tenant_id or PORTAL_CHAIN
    now = utcnow()
    # No savepoint: an entry that cannot be written must take the caller's work back with it.
    with transaction.atomic(using=router.db_for_write(Entry), savepoint=False):
        last, previous = _locked_head(chain)
        rows = []
        for sequence, new in enumerate(entries, last + 1):
            row = _as_row(new, tenant_id=tenant_id, sequence=sequence, now=now)
            row.key_id, row.previous_mac = ring.current, previous
            previous = row.mac = ring.mac(previous, content_of(row), key_id=ring.current)
            rows.append(row)
        _insert(rows)
        content = head_content(chain=chain, sequence=rows[-1].sequence, last_mac=previous)
        Head.objects.filter(chain=chain).update(
            sequence=rows[-1].sequence, last_mac=previous, key_id=ring.current, mac=ring.mac("", content, key_id=ring.current)
        )


def _locked_head(chain: int) -> tuple[int, str]:
    """The last sequence and mac of the chain, ours until the transaction ends. The first entry of a chain makes its head.

    One upsert that changes nothing: it locks the row where a select would, and two first entries at once wait for each
    other here instead of failing later.
    """
    table = connection.ops.quote_name(Head._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (chain, sequence, last_mac, key_id, mac) VALUES (%s, 0, '', '', '')"  # noqa: S608 - our own table
            " ON CONFLICT (chain) DO UPDATE SET chain = excluded.chain RETURNING sequence, last_mac",
            [chain],
        )
        sequence, last_mac = cursor.fetchone()
    return sequence, last_mac


def _as_row(new: NewEntry, *, tenant_id: int | None, sequence: int, now: datetime) -> Entry:
    actor = _clean(new.actor, 200) or "system"
    subject = _clean(new.subject, 300)
    data = _clean_data(redact(_exact(new.data)))
    return Entry(
        tenant_id=tenant_id,
        sequence=sequence,
        event=new.event.name,
        sentence=new.event.told({**data, "actor": actor, "subject": subject}),
        actor=actor,
        subject=subject,
        subject_id=_clean(new.subject_id, 100),
        integration_id=new.integration_id,
        document_id=new.document_id,
        data=data,
        request=_kept(new.request),
        response=_kept(new.response),
        at=(new.at or now).astimezone(UTC),
    )


def _insert(rows: Sequence[Entry]) -> None:
    """All rows by one statement. `bulk_create` would split them: SQLite's limit counts parameters, here each row has its own."""
    fields = [item for item in Entry._meta.concrete_fields if not item.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(item.column)) for item in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [[item.get_db_prep_save(getattr(row, item.attname), connection) for item in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(Entry._meta.db_table)} ({columns}) VALUES ({places})", values)  # noqa: S608 - own column names


def _kept(text: str) -> str:
    """Redacted first and cut after, so that a cut never hides half a secret from the redaction."""
    clean = strip_forbidden(redact_text(text))
    return clean if len(clean) <= CAP_CHARACTERS else f"{clean[:CAP_CHARACTERS]}\n… {len(clean) - CAP_CHARACTERS} more characters were not kept"


def _clean(text: str, limit: int) -> str:
    return shorten(strip_forbidden(redact_text(str(text))), limit)


def _clean_data(value: Any) -> Any:
    """Databases refuse NUL and lone surrogates in JSON: a hostile name must not stop the entry that tells of it."""
    if isinstance(value, dict):
        return {strip_forbidden(str(key)): _clean_data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean_data(item) for item in value]
    return strip_forbidden(value) if isinstance(value, str) else value


def _exact(value: Any) -> Any:
    """Plain JSON data in which every number comes back from any database as it went in: a float becomes its text."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    return plain_data(value)
