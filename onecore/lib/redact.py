"""Keep secrets out of everything that is written down: journal, log, audit, error page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "•••"
_SECRET_NAMES = re.compile(
    r"(password|passwd|secret|token|authorization|cookie|api[-_]?key|session[-_]?id|client_assertion|code_verifier"
    r"|taxid|tax_id|achaccount\w*|achbank\w*|bank_?account\w*|signature)$",
    re.IGNORECASE,
)
_XML_SECRET = re.compile(
    # Names are bounded, and so is the work: an answer made of half a tag a million times must not hold a worker up.
    r"(<(?P<tag>\w{0,40}(?:password|sessionid|secret|taxid|achaccountnumber|achbankroutingnumber)\w{0,40})\b[^<>]{0,200}>)[^<]*(</(?P=tag)>)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE)
_PAIR_NAMES = r"password|secret|(?:access_|refresh_|id_)?token|authorization|sessionid|client_secret|(?<![\w -])code(?=[\"']?\s?=)"
_PAIR = re.compile(rf"((?:{_PAIR_NAMES})[\"']?\s*[=:]\s*[\"']?)[^\"'&\s,}}<]+", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    """True for the name of a header or field whose value must not be shown."""
    return bool(_SECRET_NAMES.search(name))


def redact_text(text: str) -> str:
    """The text with passwords, tokens and session ids masked, in XML, JSON, form and header notation."""
    text = _XML_SECRET.sub(rf"\1{MASK}\3", text)
    text = _BEARER.sub(rf"\1 {MASK}", text)
    return _PAIR.sub(rf"\1{MASK}", text)


def redact(value: Any) -> Any:
    """Plain data with the values of secret names masked, however deep."""
    if isinstance(value, Mapping):
        return {key: MASK if is_secret_name(str(key)) and item not in (None, "") else redact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return redact_text(value) if isinstance(value, str) else value
