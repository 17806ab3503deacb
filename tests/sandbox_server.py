"""The pretend systems for tests: one server a session on a free port, a fresh world a module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from connectors.sandbox.server import Server, environment, serve


@dataclass
class Sandbox:
    """The control API of a running sandbox, and its addresses."""

    server: Server

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.address)

    def get(self, path: str) -> Any:
        return _answered(requests.get(f"{self.address}/control/{path}", timeout=30))

    def post(self, path: str, **body: Any) -> Any:
        return _answered(requests.post(f"{self.address}/control/{path}", json=body, timeout=60))

    def delete(self, path: str) -> Any:
        return _answered(requests.delete(f"{self.address}/control/{path}", timeout=30))

    def reset(self, scenario: str = "contractor", scale: int = 1) -> None:
        self.post("reset", scenario=scenario, scale=scale)

    def weather(self, effect: str, *, system: str = "*", **rule: Any) -> Any:
        return self.post("weather", effect=effect, system=system, **rule)

    def calm(self) -> None:
        """No weather, nothing held, nothing counted."""
        self.delete("weather")
        self.post("held/release")
        self.delete("calls")

    def pair(self, name: str) -> Any:
        """Ids and credentials of one company on both sides: `Cascadia`, `Borealis`, `Harbor`."""
        return next(pair for pair in self.get("world")["pairs"] if pair["name"].startswith(name))


def _answered(answer: requests.Response) -> Any:
    assert answer.ok, f"{answer.status_code} {answer.text}"
    return answer.json()


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    server = serve(port=0, scenario="small")
    yield Sandbox(server)
    server.stop()


@pytest.fixture(scope="module")
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """The contractor's world, new for each module; what tests change in it stays until the module ends."""
    sandbox_server.calm()
    sandbox_server.reset("contractor")
    return sandbox_server


@pytest.fixture(scope="module")
def small_sandbox(sandbox_server: Sandbox) -> Sandbox:
    """One project, three vendors, six requisitions, everything mapped."""
    sandbox_server.calm()
    sandbox_server.reset("small")
    return sandbox_server
