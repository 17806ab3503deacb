"""What an HTTP answer means before anybody reads its content: throttled, broken, a login page, a redirect.

One table for all systems; what a 4xx means is each adapter's own `errors.py`.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from connectors.port.errors import ConnectorError, Refused, TryLater, Uncertain

from .http import Answer
from .strictjson import BadBody
from .throttle import pause_until, read_headers


def transient(answer: Answer, writes: bool, *, now: float | None = None) -> ConnectorError | None:
    """The error of an answer that says nothing about its content; None where the adapter should read on.

    A throttled call was surely not done. After a 5xx, or an HTML page, a write may have been.
    """
    moment = time.time() if now is None else now
    who = urlsplit(answer.url).hostname or "The remote system"
    advice = read_headers(answer.headers, now=moment)
    free_at = pause_until(advice, now=moment)
    after = advice.retry_after_s if advice.retry_after_s is not None else (free_at - moment if free_at else None)
    told = _Told(answer.request_id, str(answer.status), {"advice_capped": True} if advice.capped else {})
    if answer.status == 429:
        return TryLater(f"{who} asks for a pause: too many calls.", *told, after_s=after, pauses_connection=True)
    if 300 <= answer.status < 400:
        where = urlsplit(answer.headers.get("location", "")).hostname or "elsewhere"
        return Refused(f"{who} sent us on to {where}. Redirects are not followed; check the address of the connection.", *told)
    if answer.status == 408 or answer.status >= 500:
        if writes:
            return Uncertain(f"{who} broke down ({answer.status}) while it stored what was sent. It may have been stored.", *told)
        pauses = answer.status == 503 and after is not None
        return TryLater(f"{who} is not well ({answer.status}).", *told, after_s=after, pauses_connection=pauses)
    if answer.status < 400 and looks_like_html(answer):
        return _unreadable(answer, writes, f"{who} answered with a web page instead of data.")
    return None


class _Told(NamedTuple):
    request_id: str
    remote_code: str
    details: dict[str, Any]


def looks_like_html(answer: Answer) -> bool:
    """A login or error page, whatever its content type says."""
    start = answer.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html")) or (b"<html" in start and not start.startswith(b"<?xml"))


def data(answer: Answer, *, writes: bool) -> Any:
    """The JSON of a good answer. Raises Uncertain or TryLater where it cannot be read."""
    try:
        return answer.json()
    except BadBody as problem:
        who = urlsplit(answer.url).hostname or "The remote system"
        raise _unreadable(answer, writes, f"{who} sent an answer that cannot be read: {problem}.") from problem


def _unreadable(answer: Answer, writes: bool, sentence: str) -> ConnectorError:
    if writes:
        return Uncertain(f"{sentence} What was sent may have been stored.", request_id=answer.request_id, remote_code=str(answer.status))
    return TryLater(sentence, request_id=answer.request_id, remote_code=str(answer.status))
