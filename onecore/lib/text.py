"""Remote text is hostile: clean it before it reaches a ledger or a screen."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Everything XML 1.0 forbids: C0 controls but tab, LF and CR, surrogates, U+FFFE and U+FFFF.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def strip_forbidden(text: str) -> str:
    """Without the characters XML cannot carry; nothing else changes."""
    return _FORBIDDEN.sub("", text)


def one_line(text: str) -> str:
    """Clean text on one line: forbidden characters gone, white space folded."""
    return " ".join(strip_forbidden(text).split())


def isolated(text: str) -> str:
    """Text that cannot turn the line around it: direction overrides removed for display."""
    return _BIDI.sub("", text)


def shorten(text: str, limit: int) -> str:
    """Text of at most `limit` characters. What is cut is replaced by a mark of the whole text, so two long
    numbers that differ only at the end stay different, and the same text is always cut the same way."""
    if len(text) <= limit:
        return text
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6].upper()
    return f"{text[: limit - 7]}~{mark}"


def folded(text: str) -> str:
    """For comparing names: compatibility form, case and white space folded."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
