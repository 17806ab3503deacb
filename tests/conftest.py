"""What every test gets: sockets off but loopback where a marker asks for it, and the fixed cast."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import pytest_socket

LOOPBACK = ["127.0.0.1", "localhost", "::1"]
_WITH_SOCKETS = ("sandbox", "journey", "browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, not skip, what only means something on the other database: the suite runs on both."""
    from django.conf import settings

    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return
    left_out = [item for item in items if item.get_closest_marker("postgres")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("postgres")]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if any(item.get_closest_marker(name) for name in _WITH_SOCKETS):
        pytest_socket.enable_socket()
        pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    else:
        pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _sockets_back() -> Iterator[None]:
    yield
    pytest_socket.enable_socket()
