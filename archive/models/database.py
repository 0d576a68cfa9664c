"""One engine per process, and the two kinds of session: one that reads, one that writes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session

BUSY_TIMEOUT_MS = 10_000


class Database:
    """`reading()` and `writing()` give plain sessions; whoever opens one commits and closes it.

    On SQLite a writing session takes the write lock at its start (BEGIN IMMEDIATE): a transaction
    that reads first and writes later would fail at once where another one wrote in between,
    without waiting for the busy timeout. `before_commit` is called with a writing session that is
    about to commit and stops it by raising; `after_commit` is called with a writing session once
    what it wrote is there for good; no SQL can go through that session then.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else create_engine(self.url)
        self._writing = self.engine.execution_options(writes=True)
        self.before_commit: Callable[[Session], None] | None = None
        self.after_commit: Callable[[Session], None] | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The database file, None where the database is a server."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def reading(self) -> Session:
        return Session(self.engine)

    def writing(self) -> Session:
        session = Session(self._writing, expire_on_commit=False)
        if self.before_commit is not None:
            event.listen(session, "before_commit", self.before_commit)
        if self.after_commit is not None:
            event.listen(session, "after_commit", self.after_commit)
        return session

    def close(self) -> None:
        self.engine.dispose()


def sqlite_module() -> Any:
    """The SQLite driver: `pysqlite3` on Linux, whose SQLite is free of the WAL-reset fault.

    Elsewhere Python's own module serves; `/readyz` reports the version of the library in use.
    """
    # Kept in a variable: a type checker would call the other branch unreachable.
    platform: str = sys.platform
    if platform == "linux":
        from pysqlite3 import dbapi2

        return dbapi2
    import sqlite3

    return sqlite3


def create_private(path: Path) -> None:
    """An empty file that only its owner may read, where there is none yet.

    SQLite takes an empty file for a new database and gives its -wal and -shm the same mode. Where
    the file cannot be made, opening it will say why."""
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _sqlite_engine(url: Any) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, module=sqlite_module(), connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}
    )

    @event.listens_for(engine, "do_connect")
    def create(_dialect: Any, _record: Any, _args: Any, _params: Any) -> None:
        if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
            create_private(Path(url.database))

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # None hands transactions over to the `begin` listener below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        # Every thread of every process keeps a connection, so this is paid many times over; what
        # several of them read, the operating system's cache of the file holds once.
        cursor.execute("PRAGMA cache_size = -2048")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
