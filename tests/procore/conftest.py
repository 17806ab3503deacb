"""The pretend Procore over HTTP, and a source opened on it."""

from __future__ import annotations

from tests.sandbox_server import sandbox, sandbox_server

__all__ = ["sandbox", "sandbox_server"]
