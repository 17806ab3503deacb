"""A sandbox per session, callers that speak to both of its systems, and calm weather after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.speaking import IntacctCaller, ProcoreCaller
from tests.sandbox_server import Sandbox, sandbox, sandbox_server, small_sandbox

__all__ = ["sandbox", "sandbox_server", "small_sandbox"]


@pytest.fixture
def calm(sandbox_server: Sandbox) -> Iterator[None]:
    yield
    sandbox_server.calm()


@pytest.fixture
def procore(sandbox: Sandbox) -> ProcoreCaller:
    return ProcoreCaller.signed_in(sandbox, "Cascadia")


@pytest.fixture
def intacct(sandbox: Sandbox) -> IntacctCaller:
    return IntacctCaller.signed_in(sandbox, "Cascadia")
