"""Talk to the sandbox's control calls, as the demo's stage hand: never as OneCore itself."""

from __future__ import annotations

import time
from typing import Any

from connectors.kit.http import Door
from connectors.port.connector import CallRecord, Endpoints, Knobs, Signing
from connectors.port.errors import ConnectorError
from onecore.lib.command import Exit, Stop


class _Unwritten:
    """The stage hand's calls belong in nobody's journal."""

    def wrote(self, call: CallRecord) -> None:
        self.last = call.status


def _door() -> Door:
    return Door(Signing(config={}, endpoints=Endpoints(api=""), journal=_Unwritten(), knobs=Knobs(egress_allow=("127.0.0.1",)), now=time.time))


class Control:
    """The control calls of one sandbox."""

    def __init__(self, base: str) -> None:
        self._base, self._door = base, _door()

    def get(self, path: str, **params: str) -> Any:
        return self._call("GET", path, params=params)

    def post(self, path: str, **body: Any) -> Any:
        return self._call("POST", path, json=body)

    def _call(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._door.exchange(method, f"{self._base}/{path}", operation=f"control {path}", writes=method != "GET", **more)
        except ConnectorError as error:
            raise Stop(Exit.FAILED, f"The sandbox does not answer: {error.message}") from error
        if answer.status >= 400:
            raise Stop(Exit.FAILED, f"The sandbox refused {method} {path}: {answer.text[:300]}")
        return answer.json()


def answers(url: str) -> bool:
    """True once something answers there without an error."""
    try:
        return _door().exchange("GET", url, operation="are you there", writes=False).status < 500
    except ConnectorError:
        return False
