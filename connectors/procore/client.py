"""Talk to Procore: company header, tokens, paging, rate headers. Returns Procore's own data; `translate` reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.kit.answers import data, transient
from connectors.kit.http import Answer, Door
from connectors.kit.paging import Page, by_page, links
from connectors.kit.throttle import read_headers
from connectors.port.connector import Opening, Token
from connectors.port.errors import SignInAgain, TryLater

from .config import Settings
from .errors import odd_shape, refusal

PAGE = 100  # rows with much inside them
LIST_PAGE = 500  # plain lists; where Procore caps lower, the Link header leads on
_RESERVE = 3  # calls left in the remote's window that others of ours may be making at this moment
_SMALLEST_PAGE = 10
Params = Sequence[tuple[str, str]]


class Client:
    """One opened Procore company."""

    def __init__(self, opening: Opening) -> None:
        self.settings = Settings.read(opening.config)
        self._opening = opening
        self._door = Door(opening, throttle=opening.throttle)
        self._base = opening.endpoints.api.rstrip("/")

    @property
    def company_id(self) -> str:
        return self.settings.company_id

    def get(self, path: str, *, operation: str, params: Params = ()) -> Any:
        """The data of one answer."""
        return _content(self._call("GET", path, operation=operation, writes=False, params=params), writes=False)

    def write(self, method: str, path: str, *, operation: str, json: Mapping[str, Any]) -> Any:
        """Send data; the data of the answer, None where it is empty."""
        answer = self._call(method, path, operation=operation, writes=True, json=json)
        return _content(answer, writes=True) if answer.body.strip() else None

    def pages(self, path: str, *, operation: str, params: Params = (), per_page: int = PAGE) -> Iterator[dict[str, Any]]:
        """Rows of a list, page by page. Where Procore says that a page is too much for it, smaller ones are asked for;
        then, and when the list changes meanwhile, rows may come twice."""
        while True:
            try:
                yield from by_page(self._fetch(path, operation, params, per_page), per_page=per_page, what=operation)
            except TryLater as problem:
                if problem.remote_code != "408" or per_page <= _SMALLEST_PAGE:
                    raise
                per_page = max(_SMALLEST_PAGE, per_page // 4)
            else:
                return

    def _fetch(self, path: str, operation: str, params: Params, per_page: int) -> Any:
        def fetch(index: int) -> Page:
            asked = [*params, ("page", str(index)), ("per_page", str(per_page))]
            answer = self._call("GET", path, operation=operation, writes=False, params=asked)
            rows = _content(answer, writes=False)
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise odd_shape(answer, operation=operation, wanted="a list")
            return Page(rows=rows, more=_more(answer, len(rows), per_page), total=_whole(answer.headers.get("total")))

        return fetch

    def _call(self, method: str, path: str, *, operation: str, writes: bool, params: Params = (), json: Any = None) -> Answer:
        token = self._opening.tokens.token()
        answer = self._send(token, method, path, operation=operation, writes=writes, params=params, json=json)
        if answer.status == 401:
            token = self._opening.tokens.renew(token)
            answer = self._send(token, method, path, operation=operation, writes=writes, params=params, json=json)
        if answer.status == 401:
            raise SignInAgain(
                "Procore does not accept the sign-in, not even a fresh one. Sign in again.", request_id=answer.request_id, remote_code="401"
            )
        problem = transient(answer, writes, now=self._opening.now()) or refusal(answer, operation=operation)
        if problem is not None:
            raise problem
        return answer

    def _send(self, token: Token, method: str, path: str, *, operation: str, writes: bool, params: Params, json: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token.access}", "Procore-Company-Id": self.company_id, "Accept": "application/json"}
        answer = self._door.exchange(
            method, f"{self._base}{path}", operation=operation, writes=writes, params=list(params) or None, headers=headers, json=json
        )
        self._learn(answer)
        return answer

    def _learn(self, answer: Answer) -> None:
        advice = read_headers(answer.headers, now=self._opening.now())
        left = None if advice.remaining is None else max(0, advice.remaining - _RESERVE)
        if left is not None or advice.retry_after_s is not None:
            self._opening.throttle.learned(remaining=left, reset_at=advice.reset_at, retry_after_s=advice.retry_after_s)


def _content(answer: Answer, *, writes: bool) -> Any:
    """Plain data, out of the envelope that the 2.x resources put around it."""
    found = data(answer, writes=writes)
    if isinstance(found, dict) and "data" in found and "/rest/v2" in answer.url:
        return found["data"]
    return found


def _more(answer: Answer, rows: int, asked: int) -> bool | None:
    """Whether a page follows: by the Link header, else by a page as full as Procore says it makes them."""
    header = answer.headers.get("link", "")
    if header:
        return "next" in links(header)
    if _whole(answer.headers.get("total")) is not None:
        return None
    return rows >= min(asked, _whole(answer.headers.get("per-page")) or asked)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdigit() else None
