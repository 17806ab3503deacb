"""Talks to the gateway: sends requests, renews the session once, pages. Returns what was said, untranslated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.kit.answers import transient
from connectors.kit.dial import place
from connectors.kit.http import Answer, BadBody, Door
from connectors.port.connector import Opening, Token
from connectors.port.errors import ConnectorError, Refused, SignInAgain, TryLater, Uncertain
from onecore.lib.digest import short_token

from . import envelope
from .config import Settings
from .elements import Node
from .envelope import FunctionResult, GatewayAnswer, Row
from .errors import BUSY, FRONT_SIGN_IN, SIGN_IN, function_failed, request_failed
from .query import Query

IDLE_S = 50 * 60.0  # a session is taken as over this long after its last use, whatever the gateway promised
EARLY_S = 120.0  # and this long before the end the gateway names
_TOUCH_S = 60.0  # a session end that moved by less is not worth writing down

_HEADERS = {"Content-Type": "application/xml", "Accept": "application/xml"}


class Gateway:
    """One opened company. Threads may share it."""

    def __init__(self, opening: Opening, settings: Settings) -> None:
        self._door = Door(opening, throttle=opening.throttle)
        self._tokens = opening.tokens
        self._throttle = opening.throttle
        self._now = opening.now
        self._api = opening.endpoints.api
        self._settings = settings

    def run(
        self, content: bytes, *, control_id: str, operation: str, writes: bool, guard: Callable[[], None] | None = None
    ) -> dict[str, list[FunctionResult]]:
        """Carry out the functions in `content`; their results by control id. A spent session is renewed once and the same bytes sent again."""
        return envelope.by_control_id(self.answer(content, control_id=control_id, operation=operation, writes=writes, guard=guard).results)

    def answer(self, content: bytes, *, control_id: str, operation: str, writes: bool, guard: Callable[[], None] | None = None) -> GatewayAnswer:
        """The whole answer, sign-in accepted. Raises ConnectorError."""
        token = self._tokens.token()
        answer = self._ask(token, content, control_id=control_id, operation=operation, writes=writes, guard=guard)
        if session_refused(answer):
            token = self._tokens.renew(token)
            answer = self._ask(token, content, control_id=control_id, operation=operation, writes=writes, guard=guard)
        if not answer.signed_in:
            raise refusal(answer)
        ends_at = session_end(answer, now=self._now())
        if ends_at > token.expires_at + _TOUCH_S:
            self._tokens.touched(token, expires_at=ends_at)
        return answer

    def ask(self, calls: Sequence[Node], *, operation: str) -> list[FunctionResult]:
        """Reading functions in one request; a result for each, in order of the calls. A missing one is TryLater."""
        wanted = [f"{operation} {index}" for index in range(len(calls))]
        content = b"".join(bytes(envelope.function(name, call)) for name, call in zip(wanted, calls, strict=True))
        results = self.run(content, control_id=f"onecore-{short_token(content.decode())}", operation=operation, writes=False)
        if any(name not in results for name in wanted):
            raise TryLater("Sage Intacct left out part of the answer; it is asked again.")
        return [results[name][0] for name in wanted]

    def query(self, query: Query) -> Iterator[Row]:
        """Every row, page by page. Raises what a refusal means."""
        query = replace(query, private=query.private and not self._settings.entity_id)
        page, seen = query, ""
        while True:
            result = self.ask([page.node()], operation=f"query {query.object}")[0]
            if not result.succeeded:
                raise function_failed(result.errors, subject=query.object)
            yield from result.rows
            if result.remaining == 0 or (result.remaining is None and len(result.rows) < query.pagesize):
                return
            last = result.rows[-1].get("RECORDNO", "") if result.rows else ""
            if not last or last == seen:
                raise TryLater(f"Sage Intacct repeats itself while listing {query.object}; it is asked again.")
            page, seen = query.after(last), last

    def _ask(self, token: Token, content: bytes, *, control_id: str, operation: str, writes: bool, guard: Callable[[], None] | None) -> GatewayAnswer:
        url = dict(token.extra).get("endpoint") or self._api
        require_trusted(url, api=self._api)
        body = envelope.wrap(content, settings=self._settings, authentication=envelope.session(token.access), control_id=control_id, unique=writes)
        try:
            return exchange(self._door, url, body, control_id=control_id, operation=operation, writes=writes, guard=guard)
        except TryLater as error:
            if error.pauses_connection and error.after_s is not None:  # whoever shares this company waits
                self._throttle.learned(remaining=None, reset_at=None, retry_after_s=error.after_s)
            raise


def exchange(
    door: Door, url: str, body: bytes, *, control_id: str, operation: str, writes: bool, guard: Callable[[], None] | None = None
) -> GatewayAnswer:
    """One request and its parsed answer. Raises for everything that is not an answer of the gateway to this request."""
    answer = door.exchange("POST", url, operation=operation, writes=writes, headers=_HEADERS, body=body, guard=guard)
    parsed, problem = _parsed(answer)
    if parsed is None or answer.status == 429 or 300 <= answer.status < 400:
        raise transient(answer, writes) or _not_an_answer(answer, writes, problem)
    if answer.status >= 500 and not parsed.results:
        raise transient(answer, writes) or _not_an_answer(answer, writes, problem)
    if parsed.control_id and parsed.control_id != control_id:
        raise _unclear(writes, "the answer belongs to another request")
    if not parsed.errors and not parsed.signed_in:
        raise _unclear(writes, "the answer says neither yes nor no")
    return parsed


def session_refused(answer: GatewayAnswer) -> bool:
    """True if the session (or user and password) was refused, and not, say, an expired demo company."""
    return not answer.signed_in and _about_user(answer) and any(error.number in SIGN_IN for error in answer.errors)


def refusal(answer: GatewayAnswer) -> ConnectorError:
    """Why nothing of the request was carried out."""
    return request_failed(answer.errors, about_user=_about_user(answer))


def _about_user(answer: GatewayAnswer) -> bool:
    """The operation level speaks of the user; the control block of our sender, save where the gateway's newer front answers."""
    return answer.control_ok or any(error.number in FRONT_SIGN_IN for error in answer.errors)


def session_end(answer: GatewayAnswer, *, now: float) -> float:
    """When to stop using the session, in seconds since the epoch: a little before it ends by the gateway's own clock, but
    never longer than IDLE_S from now. Its clock may differ from ours, so its own two stamps are compared where it gives both."""
    timeout, stamp = _seconds(answer.session_timeout), _seconds(answer.session_stamp)
    if timeout is None:
        return now + IDLE_S
    left = timeout - now
    if stamp is not None and (left <= 0 or timeout - stamp < left):
        left = timeout - stamp
    return now + min(IDLE_S, left - EARLY_S)


def require_trusted(url: str, *, api: str) -> None:
    """Only Sage's own hosts, or the gateway the environment names. Raises Refused: a forged endpoint would get our credentials."""
    if not is_trusted(url, api=api):
        raise Refused(f"The session points at {url[:200]}, which is not a host of Sage Intacct. Nothing was sent there.")


def is_trusted(url: str, *, api: str) -> bool:
    """True for https under intacct.com, and for the scheme, host and port of the configured gateway."""
    try:
        scheme, host, port = place(url)
    except ValueError:
        return False
    if scheme == "https" and (host == "intacct.com" or host.endswith(".intacct.com")):
        return True
    return (scheme, host, port) == place(api)


def _parsed(answer: Answer) -> tuple[GatewayAnswer | None, str]:
    try:
        return envelope.read_answer(answer.body), "it is XML, but not an answer of the gateway"
    except BadBody as problem:
        return None, str(problem)


def _not_an_answer(answer: Answer, writes: bool, problem: str) -> ConnectorError:
    """Something came that is no gateway answer and no breakdown a status code explains."""
    if BUSY.search(answer.text[:2000]):
        return TryLater("Sage Intacct has no free slot; it is asked again.", request_id=answer.request_id, pauses_connection=True)
    if answer.status == 401 or "GW-0011" in answer.text[:2000]:
        return SignInAgain(
            "Sage Intacct does not accept the sign-in. Check company ID, sender ID and user under Connects.", request_id=answer.request_id
        )
    if answer.status >= 400:
        return Refused(
            f"Sage Intacct refused the call ({answer.status}) without saying why.", request_id=answer.request_id, remote_code=str(answer.status)
        )
    return _unclear(writes, f"the answer cannot be read ({problem})", request_id=answer.request_id)


def _unclear(writes: bool, what: str, *, request_id: str = "") -> ConnectorError:
    if writes:
        return Uncertain(f"Sage Intacct was written to, but {what}. It may have been stored.", request_id=request_id)
    return TryLater(f"Sage Intacct was asked, but {what}.", request_id=request_id)


def _seconds(stamp: str) -> float | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None else None
