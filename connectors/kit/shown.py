"""What of an exchange may be written down: secrets masked first, then cut to a bounded length."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from onecore.lib.redact import MASK, is_secret_name, redact, redact_text

from .strictjson import BadBody, read_json

LONGEST_WRITE = 200_000
LONGEST_READ = 20_000
_ONE_USE = {"code", "assertion"}  # a sign-in code is a secret in a form, a cost code in JSON is not


def shown_url(url: str) -> str:
    """The address with secret query values masked."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    return urlunsplit(parts._replace(query=_shown_form(parts.query)))


def shown_body(body: bytes, content_type: str, *, writes: bool) -> str:
    """A body for the journal. JSON and forms are masked by field name, everything else by pattern."""
    if not body:
        return ""
    limit = LONGEST_WRITE if writes else LONGEST_READ
    if "form-urlencoded" in content_type:
        return _cut(_shown_form(body.decode("utf-8", "replace")), limit)
    shown = _shown_json(body) if len(body) <= limit else None
    return shown if shown is not None else _cut(redact_text(body[: limit * 4].decode("utf-8", "replace")), limit)


def _shown_json(body: bytes) -> str | None:
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        found = read_json(body)
    except BadBody:
        return None
    return json.dumps(redact(_without_codes(found)), ensure_ascii=False, default=_number)


def _shown_form(text: str) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    shown = [(name, MASK if value and (is_secret_name(name) or name in _ONE_USE) else value) for name, value in pairs]
    return urlencode(shown, safe="[]:/@").replace(quote(MASK), MASK)


def _without_codes(value: Any) -> Any:
    if isinstance(value, Mapping) and "grant_type" in value:
        return {name: MASK if name in _ONE_USE else item for name, item in value.items()}
    return value


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]} … ({len(text) - limit} more characters)"
