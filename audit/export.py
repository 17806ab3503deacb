"""Evidence to hand out: a tenant's trail as one JSON object a line, chain fields included, so that it can be proven elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from audit.chain import CONTENT
from audit.events import EXPORT_MADE
from audit.models import Entry
from audit.record import record

_FIELDS = (*CONTENT, "key_id", "previous_mac", "mac")
_STEP = 1000


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was written. `sha256` of the whole file is in the trail too, so that the file can be told from others."""

    path: str
    entries: int
    sha256: str


def export(tenant: Any, path: Path, *, actor: str, since: date | None = None, until: date | None = None) -> Export:
    """Write the trail of a tenant to a new file, readable by its owner only. Days are UTC; `until` is included."""
    digest, count = hashlib.sha256(), 0
    beside = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for count, line in enumerate(_lines(tenant.pk, since, until), 1):  # noqa: B007 - the last number is the count
                file.write(line)
                digest.update(line)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    made = Export(str(path), count, digest.hexdigest())
    data = {"entries": made.entries, "sha256": made.sha256, "since": since, "until": until}
    record(EXPORT_MADE, tenant_id=tenant.pk, actor=actor, subject="the audit trail", data=data)
    return made


def as_plain(entry: Entry) -> dict[str, Any]:
    """An entry as JSON-ready data: exactly what its mac covers, and the mac."""
    return {**{name: getattr(entry, name) for name in _FIELDS}, "at": entry.at.astimezone(UTC).isoformat()}


def _lines(tenant_id: int, since: date | None, until: date | None) -> Iterator[bytes]:
    rows = Entry.everywhere.filter(tenant_id=tenant_id).order_by("sequence")
    if since:
        rows = rows.filter(at__gte=datetime.combine(since, time(), UTC))
    if until:
        rows = rows.filter(at__lt=datetime.combine(until + timedelta(days=1), time(), UTC))
    after = 0
    while step := list(rows.filter(sequence__gt=after)[:_STEP]):
        for entry in step:
            yield json.dumps(as_plain(entry), ensure_ascii=False, sort_keys=True).encode() + b"\n"
        after = step[-1].sequence
