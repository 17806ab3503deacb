"""The arithmetic of the trail: pure, no tables. Every entry's mac covers the one before it and all it says itself.

mac = HMAC-SHA256(key, previous mac + canonical content). Without the key nobody can recompute a chain they changed.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC
from typing import Any, Protocol

from onecore.lib.digest import canonical

CONTENT = (
    *("tenant_id", "sequence", "event", "sentence", "actor", "subject", "subject_id"),
    *("integration_id", "document_id", "data", "request", "response"),
)
"""What an entry says and its mac covers, beside the time. Adding a field needs a new version, so that old entries still verify."""
_VERSION = 1


class Linked(Protocol):
    """An entry, as far as the chain is concerned."""

    tenant_id: int | None
    at: Any


class KeyRing:
    """The audit keys: the first one signs, every one verifies, so that a key can be replaced while the trail goes on."""

    def __init__(self, keys: str) -> None:
        texts = [key.strip() for key in keys.split(",") if key.strip()]
        if not texts:
            raise ValueError("ONECORE_AUDIT_KEY is empty. Give at least one key; make one with: manage.py doctor --new-key")
        self._keys = {_key_id(text): text.encode() for text in texts}
        self.current = _key_id(texts[0])

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys

    def mac(self, previous: str, content: bytes, *, key_id: str) -> str:
        """The mac of content that follows `previous`, 64 hex digits."""
        return hmac.new(self._keys[key_id], previous.encode() + b"\n" + content, hashlib.sha256).hexdigest()


def content_of(entry: Linked) -> bytes:
    """All that an entry says, in one stable form."""
    said = {name: getattr(entry, name) for name in CONTENT}
    return canonical({**said, "at": entry.at.astimezone(UTC).isoformat(), "version": _VERSION})


def head_content(*, chain: int, sequence: int, last_mac: str) -> bytes:
    """All that a chain's head says: where the chain ends."""
    return canonical({"head_of": chain, "sequence": sequence, "last_mac": last_mac})


def same(left: str, right: str) -> bool:
    """Compare two macs in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def missing_text(first: int, last: int) -> str:
    """Which sequence numbers are not there, in words."""
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _key_id(text: str) -> str:
    return hashlib.sha256(b"onecore audit key id" + text.encode()).hexdigest()[:8]
