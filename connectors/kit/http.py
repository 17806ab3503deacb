"""THE door: every call to an outside system goes through `Door.exchange`, and only through it.

No redirects, TLS verified, addresses checked, size and time bounded, journalled. It says what a failure means:
surely nothing sent (TryLater), or something may have happened (Uncertain).
"""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode

import requests
from urllib3.exceptions import HTTPError

from connectors.port.connector import CallRecord, Signing, Throttle
from connectors.port.errors import ConnectorError, Misfit

from .dial import BlockedAddress, CheckedAdapter, Wire, is_public, on_wire, place
from .shown import shown_body, shown_url
from .strictjson import BadBody, read_json
from .verdict import TooLarge, causes_of, verdict

__all__ = ["Answer", "BadBody", "Door"]

USER_AGENT = "OneCore"
_CHUNK = 64 * 1024
_READ_REPEATS = 2
Params = Mapping[str, Any] | Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    request_id: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").lower()

    def json(self) -> Any:
        """Plain data with exact Decimals. Raises BadBody (a ValueError)."""
        return read_json(self.body)


@dataclass
class Door:
    """One door per opened connection; threads may share it. `throttle` is held around every call."""

    signing: Signing
    throttle: Throttle | None = None
    request_id_header: str = "x-request-id"
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        self._session.trust_env = False  # neither proxies nor .netrc: the address we check is the one we call
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, CheckedAdapter(max_retries=0, pool_connections=4, pool_maxsize=16))
        ends = self.signing.endpoints
        self._trusted = {place(url)[1:] for url in (ends.api, ends.auth, ends.token) if url}
        self._allowed = {entry.lower() for entry in self.signing.knobs.egress_allow}

    def close(self) -> None:
        self._session.close()

    def exchange(
        self,
        method: str,
        url: str,
        *,
        operation: str,
        writes: bool,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        guard: Callable[[], None] | None = None,
    ) -> Answer:
        """One call. `writes`: whether a lost answer could hide something done. `guard` raises if the caller's lease is over."""
        request = self._prepared(method, url, params=params, headers=headers, content=_content(body, json, form))
        call = _Call(request=request, operation=operation, writes=writes, ends_at=time.monotonic() + self.signing.knobs.total_s)
        with self._slot():
            call.ends_at = time.monotonic() + self.signing.knobs.total_s
            for repeats_left in range(0 if writes or method.upper() != "GET" else _READ_REPEATS, -1, -1):
                if guard is not None:
                    guard()
                outcome = self._attempt(call)
                if isinstance(outcome, Answer):
                    return outcome
                if not repeats_left or not call.was_reset or time.monotonic() >= call.ends_at:
                    raise outcome
            raise AssertionError("the loop above returns or raises")

    def may_call(self, host: str, port: int, address: str) -> bool:
        """True if that address may be called: public, or named by the environment."""
        return is_public(address) or self._is_trusted(host, port)

    def _is_trusted(self, host: str, port: int) -> bool:
        host = host.lower().rstrip(".")
        return (host, port) in self._trusted or host in self._allowed or f"{host}:{port}" in self._allowed

    def _slot(self) -> AbstractContextManager[None]:
        return self.throttle.slot() if self.throttle is not None else nullcontext()

    def _prepared(
        self, method: str, url: str, *, params: Params | None, headers: Mapping[str, str] | None, content: tuple[bytes | None, str]
    ) -> requests.PreparedRequest:
        body, content_type = content
        try:
            scheme, host, port = place(url)
            if scheme == "http" and not self._is_trusted(host, port):
                raise ValueError(f"{host} may only be called over https")
            asked = {"User-Agent": USER_AGENT, **({"Content-Type": content_type} if content_type else {}), **(headers or {})}
            request = requests.Request(method.upper(), url, params=params, headers=asked, data=body)  # type: ignore[arg-type]
            return self._session.prepare_request(request)
        except ValueError as problem:
            raise Misfit(f"This address cannot be called: {problem}. Correct it in the settings of the connection.") from problem

    def _attempt(self, call: _Call) -> Answer | ConnectorError:
        wire = Wire(may_call=self.may_call)
        started = time.monotonic()
        try:
            with on_wire(wire, deadline_s=call.ends_at - started):
                answer = self._once(call)
        except (requests.RequestException, HTTPError, OSError, ValueError, AttributeError, BlockedAddress, TooLarge) as problem:
            call.was_reset = any(isinstance(each, ConnectionResetError | BrokenPipeError) for each in causes_of(problem)) and not wire.cut
            host, largest = place(str(call.request.url))[1], self.signing.knobs.max_bytes
            error = verdict(problem, wire=wire, host=host, operation=call.operation, writes=call.writes, largest=largest)
            self._write_down(call, started=started, error=str(error))
            return error
        self._write_down(call, started=started, answer=answer)
        return answer

    def _once(self, call: _Call) -> Answer:
        knobs = self.signing.knobs
        left = max(call.ends_at - time.monotonic(), 0.001)
        timeout = (min(knobs.connect_s, left), min(knobs.read_s, left))
        response = self._session.send(call.request, stream=True, allow_redirects=False, timeout=timeout)
        with response:
            length = response.headers.get("content-length", "")
            if length.isdigit() and int(length) > knobs.max_bytes:
                raise TooLarge
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > knobs.max_bytes:
                    raise TooLarge
                if time.monotonic() > call.ends_at:
                    raise TimeoutError("the answer took longer than the total deadline")
        request_id = response.headers.get(self.request_id_header, "")[:200]
        return Answer(response.status_code, response.headers, bytes(body), response.url or str(call.request.url), request_id)

    def _write_down(self, call: _Call, *, started: float, answer: Answer | None = None, error: str = "") -> None:
        request = call.request
        sent = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        self.signing.journal.wrote(
            CallRecord(
                method=str(request.method),
                url=shown_url(str(request.url)),
                operation=call.operation,
                status=answer.status if answer else 0,
                elapsed_ms=int((time.monotonic() - started) * 1000),
                request=shown_body(sent, str(request.headers.get("content-type", "")).lower(), writes=call.writes),
                response=shown_body(answer.body, answer.content_type, writes=call.writes) if answer else "",
                request_id=answer.request_id if answer else "",
                error=error,
            )
        )


@dataclass(slots=True)
class _Call:
    request: requests.PreparedRequest
    operation: str
    writes: bool
    ends_at: float
    was_reset: bool = False


def _content(body: bytes | None, json: Any, form: Mapping[str, str] | None) -> tuple[bytes | None, str]:
    if json is not None:
        return jsonlib.dumps(json, ensure_ascii=False, allow_nan=False).encode(), "application/json"
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return body, ""
