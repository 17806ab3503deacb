"""A database of its own for each journey, shared by this process and the real ones: copied from one migrated template."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend


class Bases:
    """Makes databases on the server the run was started with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._url = os.environ["DATABASE_URL"]
        self.postgres = self._url.startswith("postgres")
        self._template = f"journey_{uuid4().hex[:8]}"
        if self.postgres:
            self._command(f"CREATE DATABASE {self._template}")
        self._migrate(self._address(self._template))

    def _address(self, name: str) -> str:
        if self.postgres:
            return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))
        return f"sqlite:///{self._folder / name}.sqlite3"

    def _migrate(self, url: str) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "-v0"]
        done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr

    def _command(self, sql: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as server:
            server.execute(sql)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """A new database, and this process turned to it; gone afterwards. Yields its URL."""
        name = f"{self._template}_{uuid4().hex[:6]}"
        if self.postgres:
            self._command(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        else:
            shutil.copyfile(self._folder / f"{self._template}.sqlite3", self._folder / f"{name}.sqlite3")
        try:
            with _turned_to({"NAME": name if self.postgres else str(self._folder / f"{name}.sqlite3")}):
                yield self._address(name)
        finally:
            if self.postgres:
                self._command(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def drop_template(self) -> None:
        if self.postgres:
            self._command(f"DROP DATABASE IF EXISTS {self._template} WITH (FORCE)")


@contextmanager
def _turned_to(place: dict[str, Any]) -> Iterator[None]:
    """This thread's Django speaks to another database. The one before is not closed: in memory it would be lost."""
    before = connections["default"]
    connections["default"] = second_wrapper(place)
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


def second_wrapper(place: dict[str, Any] | None = None) -> BaseDatabaseWrapper:
    """Another connection to the database of this thread, or to the one named."""
    now = connections["default"]
    wanted = {**now.settings_dict, **(place or {})}
    return load_backend(now.settings_dict["ENGINE"]).DatabaseWrapper(wanted, "default")
