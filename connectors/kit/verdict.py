"""What a broken exchange means: surely nothing sent, perhaps something done, or never to be tried this way."""

from __future__ import annotations

from collections.abc import Iterator

import requests
from requests.exceptions import ConnectTimeout
from requests.exceptions import SSLError as TlsError
from urllib3.exceptions import NewConnectionError

from connectors.port.errors import Code, ConnectorError, Misfit, Refused, TryLater, Uncertain

from .dial import BlockedAddress, Wire


class TooLarge(Exception):
    """The answer is larger than we take."""


def verdict(problem: Exception, *, wire: Wire, host: str, operation: str, writes: bool, largest: int) -> ConnectorError:
    """What this failure means for what happens next."""
    causes = list(causes_of(problem))
    blocked = next((each for each in causes if isinstance(each, BlockedAddress)), None)
    if blocked is not None:
        return Misfit(f"{blocked} Nothing was sent. If that is meant, add {host} to ONECORE_EGRESS_ALLOW.")
    if not wire.sent and any(isinstance(each, TlsError) for each in causes):
        return Refused(
            f"{host} could not prove who it is (TLS): {_plainly(problem)}. Nothing was sent. Check the address, and the clock of this machine.",
            code=Code.UNSPECIFIED,
        )
    never_left = wire.dialled and not wire.sent
    if never_left or any(isinstance(each, ConnectTimeout | NewConnectionError) for each in causes):
        return TryLater(f"{host} cannot be reached: {_plainly(problem)}. Nothing was sent.")
    what = _what_broke(problem, wire=wire, causes=causes, largest=largest)
    if writes:
        return Uncertain(f"{host} was sent {operation}, but {what}. It may have been stored.")
    return TryLater(f"{host} was asked for {operation}, but {what}.")


def _what_broke(problem: Exception, *, wire: Wire, causes: list[BaseException], largest: int) -> str:
    if isinstance(problem, TooLarge):
        return f"the answer is larger than {largest // (1024 * 1024) or 1} MB"
    if wire.cut:
        return "the whole answer did not come within the total deadline"
    if any(isinstance(each, TimeoutError | requests.Timeout) for each in causes):
        return "no answer came in time"
    return f"the connection broke ({_plainly(problem)})"


def causes_of(problem: BaseException) -> Iterator[BaseException]:
    """The failure and everything wrapped in it, whichever way it was wrapped."""
    waiting: list[BaseException] = [problem]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        waiting.extend(item for item in inner if isinstance(item, BaseException))


def _plainly(problem: BaseException) -> str:
    """The innermost reason in a few words."""
    words = [text for each in causes_of(problem) if (text := getattr(each, "strerror", None) or "")]
    text = words[-1] if words else f"{type(problem).__name__}: {problem}"
    return " ".join(str(text).split())[:200]
