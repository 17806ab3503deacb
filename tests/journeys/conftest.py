"""One pretend town a session, and for each journey a database and processes of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.bases import Bases
from tests.journeys.harbor import Harbor, provision_harbor
from tests.journeys.processes import KNOBS, Processes, until
from tests.sandbox_server import Sandbox, sandbox_server

__all__ = ["sandbox_server"]
CREATE = "create APBILL$"
LOOK = "query APBILL$"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def bases(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Bases]:
    made = Bases(tmp_path_factory.mktemp("bases"))
    yield made
    made.drop_template()


@pytest.fixture
def town(sandbox_server: Sandbox, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Sandbox]:
    """The small world, new, in calm weather; this process is pointed at it with short knobs."""
    sandbox_server.calm()
    sandbox_server.reset("small")
    for name, value in {**sandbox_server.environment, **KNOBS}.items():
        monkeypatch.setenv(name, value)
    settings.ONECORE_HTTP_CONNECT_S, settings.ONECORE_HTTP_READ_S, settings.ONECORE_HTTP_TOTAL_S = 1.0, 0.5, 1.0
    settings.ONECORE_LEASE_S, settings.ONECORE_VERIFY_WINDOW_S = 4.0, "0.6"
    settings.ONECORE_RETRY_BASE_MS, settings.ONECORE_RETRY_MAX_S = 20, 0.2
    settings.ONECORE_EGRESS_ALLOW = ["127.0.0.1"]
    yield sandbox_server
    sandbox_server.calm()


@dataclass
class Journey:
    """A contractor live in a database that real processes share."""

    harbor: Harbor
    processes: Processes
    sandbox: Sandbox
    address: str = ""

    def hold(self, phase: str, operation: str = CREATE) -> None:
        """The next such request stops there, with the caller waiting."""
        self.sandbox.weather(f"hold_{phase}", system="intacct", match={"operation": operation}, times=1)

    def hold_reading(self, path: str) -> None:
        """The next reading of this path of the source stops before it is answered."""
        self.sandbox.weather("hold_after", system="procore", match={"path": path, "method": "GET"}, times=1)

    def go_on(self, *, posted: int = 6, within_s: float = 180) -> None:
        """A new worker takes up what is there; then both sides are counted."""
        self.processes.worker()
        self.until_quiet(within_s=within_s)
        self.harbor.prove(posted=posted)

    def until_held(self) -> None:
        until(lambda: self.sandbox.get("held")["held"], "a request is stopped half-way", within_s=120)

    def until_quiet(self, *, within_s: float = 180) -> None:
        until(lambda: self.harbor.quiet, f"everything is settled: {self.harbor.state()}", within_s=within_s, every_s=0.2)


@pytest.fixture
def processes(town: Sandbox, bases: Bases, django_db_blocker: Any, tmp_path: Path) -> Iterator[Processes]:
    """A new database for this process and for those it will start."""
    with django_db_blocker.unblock(), bases.fresh() as url:
        made = Processes(tmp_path, {**KNOBS, **town.environment, "DATABASE_URL": url, "ONECORE_VAR_DIR": os.environ["ONECORE_VAR_DIR"]})
        try:
            yield made
        finally:
            town.post("held/release")
            made.stop_all()


@pytest.fixture
def journey(town: Sandbox, processes: Processes, tmp_path: Path) -> Journey:
    return Journey(provision_harbor(town, tmp_path), processes, town)


@pytest.fixture
def hooked(town: Sandbox, processes: Processes, tmp_path: Path) -> Journey:
    """The web process runs, and the pretend Procore was told where to send its webhooks."""
    _, address = processes.web()
    return Journey(provision_harbor(town, tmp_path, hooks=address), processes, town, address)


@pytest.fixture
def harbor(town: Sandbox, db: None, tmp_path: Path) -> Harbor:
    """The contractor live in the ordinary test database: this process does the worker's part over real HTTP."""
    made = provision_harbor(town, tmp_path)
    town.delete("calls")
    return made
