"""Conformance suites run against the pretend systems over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.contracts.opened import point_at
from tests.sandbox_server import Sandbox, sandbox, sandbox_server

__all__ = ["sandbox", "sandbox_server"]


@pytest.fixture(autouse=True)
def _pointed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    point_at(sandbox, monkeypatch)
    with override_settings(ONECORE_HTTP_READ_S=2.0, ONECORE_HTTP_TOTAL_S=4.0):
        yield
    sandbox.calm()
