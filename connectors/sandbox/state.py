"""Everything the pretend systems know, in one SQLite file; a write is committed before its answer leaves."""

import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CACHED_DOCS = 4096
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS docs (
    space TEXT NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL,
    parent INTEGER, k1 TEXT, k2 TEXT, updated TEXT, visible_at REAL NOT NULL DEFAULT 0, body TEXT NOT NULL,
    PRIMARY KEY (space, kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS docs_parent ON docs (space, kind, parent);
CREATE INDEX IF NOT EXISTS docs_keys ON docs (space, kind, k1, k2);
CREATE INDEX IF NOT EXISTS docs_second_key ON docs (space, kind, k2);
CREATE INDEX IF NOT EXISTS docs_updated ON docs (space, kind, updated);
"""

Body = dict[str, Any]


@dataclass(frozen=True)
class Where:
    """A narrowing that the file answers by index; each set means "one of"."""

    ids: Sequence[int] | None = None
    parents: Sequence[int] | None = None
    k1: Sequence[str] | None = None
    k2: Sequence[str] | None = None
    updated_from: str | None = None
    updated_to: str | None = None
    visible_at: float | None = None


class State:
    def __init__(self, path: str | Path = ":memory:") -> None:
        self.path = str(path)
        self.lock = threading.RLock()
        self._depth = 0
        self._cache: OrderedDict[tuple[str, str, int], Body] = OrderedDict()
        self._db = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        with self.lock:
            self._db.close()

    # ---- transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the outermost block; an inner block that fails undoes only itself."""
        with self.lock:
            depth = self._depth
            self._db.execute(f"SAVEPOINT s{depth}" if depth else "BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._db.execute(f"ROLLBACK TO s{depth}" if depth else "ROLLBACK")
                if depth:
                    self._db.execute(f"RELEASE s{depth}")
                self._cache.clear()
                raise
            else:
                self._db.execute(f"RELEASE s{depth}" if depth else "COMMIT")
            finally:
                self._depth -= 1

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One statement: part of the open transaction, or a transaction of its own."""
        with self.lock:
            if self._depth:
                yield
                return
            with self.transaction():
                yield

    # ---- settings and sequences

    def meta(self, key: str) -> Any:
        with self.lock:
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def set_meta(self, key: str, value: Any) -> None:
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value, default=float)))

    def next_id(self, name: str, *, start: int = 1) -> int:
        with self._writing():
            row = self._db.execute("SELECT last FROM sequences WHERE name = ?", (name,)).fetchone()
            value = row[0] + 1 if row else start
            self._db.execute("INSERT OR REPLACE INTO sequences VALUES (?, ?)", (name, value))
        return int(value)

    # ---- documents

    def put(
        self,
        space: str,
        kind: str,
        row_id: int,
        body: Body,
        *,
        parent: int | None = None,
        k1: str | None = None,
        k2: str | None = None,
        updated: str | None = None,
        visible_at: float = 0,
    ) -> None:
        with self._writing():
            self._cache.pop((space, kind, row_id), None)
            self._db.execute(
                "INSERT OR REPLACE INTO docs VALUES (?,?,?,?,?,?,?,?,?)",
                (space, kind, row_id, parent, k1, k2, updated, visible_at, json.dumps(body, separators=(",", ":"))),
            )

    def get(self, space: str, kind: str, row_id: int) -> Body | None:
        """The stored body. Callers that change it hand it back to `put`."""
        key = (space, kind, row_id)
        with self.lock:
            cached = self._cache.get(key)
            if cached is None:
                row = self._db.execute("SELECT body FROM docs WHERE space=? AND kind=? AND id=?", key).fetchone()
                if row is None:
                    return None
                cached = self._cache[key] = json.loads(row[0])
                if len(self._cache) > CACHED_DOCS:
                    self._cache.popitem(last=False)
            return dict(cached)

    def find(self, space: str, kind: str, k1: str) -> Body | None:
        with self.lock:
            row = self._db.execute(
                "SELECT id FROM docs INDEXED BY docs_keys WHERE space=? AND kind=? AND k1=? ORDER BY id LIMIT 1", (space, kind, k1)
            ).fetchone()
            return self.get(space, kind, row[0]) if row else None

    def select(self, space: str, kind: str, where: Where | None = None) -> Iterator[Body]:
        """Bodies in order of id, read in blocks so that a long list needs little memory."""
        where = where or Where()
        clause, values = _clause(where)
        index = _index(where)
        last = -(2**63)
        while True:
            with self.lock:
                rows = self._db.execute(
                    f"SELECT id, body FROM docs {index} WHERE space=? AND kind=? AND id>? {clause} ORDER BY id LIMIT 500",  # noqa: S608 - fixed text
                    (space, kind, last, *values),
                ).fetchall()
            for _, text in rows:
                yield json.loads(text)
            if len(rows) < 500:
                return
            last = rows[-1][0]

    def count(self, space: str, kind: str, where: Where | None = None) -> int:
        clause, values = _clause(where or Where())
        sql = f"SELECT count(*) FROM docs {_index(where or Where())} WHERE space=? AND kind=? {clause}"  # noqa: S608 - fixed text
        with self.lock:
            return int(self._db.execute(sql, (space, kind, *values)).fetchone()[0])

    def delete(self, space: str, kind: str, where: Where) -> int:
        clause, values = _clause(where)
        with self._writing():
            self._cache.clear()
            sql = f"DELETE FROM docs WHERE space=? AND kind=? {clause}"  # noqa: S608 - fixed text
            return self._db.execute(sql, (space, kind, *values)).rowcount

    def clear(self) -> None:
        with self._writing():
            self._cache.clear()
            for table in ("docs", "sequences", "meta"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed text


def _index(where: Where) -> str:
    """SQLite keeps no statistics here and would walk the whole kind, so the index is named."""
    if where.ids is not None:
        return ""
    if where.k1 is not None:
        return "INDEXED BY docs_keys"
    if where.parents is not None:
        return "INDEXED BY docs_parent"
    if where.k2 is not None:
        return "INDEXED BY docs_second_key"
    return "INDEXED BY docs_updated" if where.updated_from is not None else ""


def _clause(where: Where) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for column, wanted in (("id", where.ids), ("parent", where.parents), ("k1", where.k1), ("k2", where.k2)):
        if wanted is not None:
            parts.append(f"{column} IN (SELECT value FROM json_each(?))")  # noqa: S608 - fixed text
            values.append(json.dumps(list(wanted)))
    for column, operator, bound in (
        ("updated", ">=", where.updated_from),
        ("updated", "<=", where.updated_to),
        ("visible_at", "<=", where.visible_at),
    ):
        if bound is not None:
            parts.append(f"{column} {operator} ?")
            values.append(bound)
    return "".join(f" AND {part}" for part in parts), values
