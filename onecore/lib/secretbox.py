"""Authenticated encryption with a key ring: AES-256-GCM, the identity of the row bound in.

Sealed form: `oc1:<key id>:<base64 of nonce + ciphertext>`. The first key of the ring seals, every key opens,
so keys rotate while the system runs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class CannotOpen(Exception):
    """The sealed text was altered, belongs to another row, or its key is not in the ring."""


class SecretBox:
    """Seals and opens short texts. `keys` are base64 texts of 32 random bytes, the current one first."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("ONECORE_FIELD_KEYS holds no key: give at least one, base64 of 32 random bytes.")
        self._keys = {_key_id(raw): raw for raw in map(_decode_key, keys)}
        self.current = next(iter(self._keys))

    def seal(self, text: str, *, bound_to: str) -> str:
        """Encrypt `text`; only `open` with the same `bound_to` will read it."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self.current]).encrypt(nonce, text.encode(), bound_to.encode())
        return f"oc1:{self.current}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, bound_to: str) -> str:
        """Decrypt what `seal` made for the same row. Raises CannotOpen."""
        try:
            form, key_id, body = sealed.split(":", 2)
            raw = base64.b64decode(body, validate=True)
            key = self._keys[key_id]
            if form != "oc1":
                raise CannotOpen(f"unknown form {form!r}")
            return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode()).decode()
        except KeyError:
            raise CannotOpen("its key is not in ONECORE_FIELD_KEYS; put the old key back behind the new one") from None
        except (ValueError, binascii.Error, InvalidTag):
            raise CannotOpen("it was altered or belongs to another row") from None

    def is_current(self, sealed: str) -> bool:
        """True if the current key sealed it."""
        return sealed.startswith(f"oc1:{self.current}:")


def new_key() -> str:
    """A fresh key for the ring, base64 of 32 random bytes."""
    return base64.b64encode(os.urandom(32)).decode()


def _decode_key(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        raise ValueError("A key of ONECORE_FIELD_KEYS is not base64 of 32 bytes. Make one with: openssl rand -base64 32")
    return raw


def _key_id(raw: bytes) -> str:
    return hashlib.sha256(b"onecore key id" + raw).hexdigest()[:8]
