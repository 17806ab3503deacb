"""Stable digests of plain data: the same facts give the same digest on every machine and run."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


def plain_data(value: Any) -> Any:
    """Dataclasses, Decimals, dates and enums as JSON-ready data. A Decimal loses trailing zeros, so 1.0 equals 1.00."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain_data(item) for item in items]
    if isinstance(value, float):
        raise TypeError("floats have no stable text; use Decimal")
    return value


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8."""
    return json.dumps(plain_data(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"  # Crockford-like: no I, L, O, U, so that people can read it aloud


def short_token(value: Any, *, length: int = 12) -> str:
    """A readable token of the digest: 12 letters carry 60 bits, enough to tell a tenant's documents apart."""
    number = int(digest(value), 16)
    letters = []
    for _ in range(length):
        number, index = divmod(number, 32)
        letters.append(_LETTERS[index])
    return "".join(letters)
