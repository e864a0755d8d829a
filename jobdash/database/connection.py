"""Read-write access: one connection per thread, transactions, waiting for the write lock."""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import apsw

from jobdash.database.placement import check_place, create_private
from jobdash.database.schema import migrate
from jobdash.database.trouble import in_words, told_in_words
from jobdash.errors import DatabaseError

Durability = Literal["default", "full", "fast"]
Row = tuple[Any, ...]
Parameters = Mapping[str, object] | tuple[object, ...]

RETRY_SECONDS = 0.001
COMMAND_DEADLINE = 5.0

_FULL, _NORMAL = 2, 1
_SYNCHRONOUS: Mapping[Durability, tuple[int, int]] = {
    # (for what people were promised, for what can be done again)
    "default": (_FULL, _NORMAL),
    "full": (_FULL, _FULL),
    "fast": (_NORMAL, _NORMAL),
}


class Transaction:
    """An open write transaction. Use it only inside `with database.transaction():`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._execute = connection.execute
        self._connection = connection

    def run(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Run one statement and return all its rows.

        Every row is read: a half-read RETURNING keeps the write lock and makes COMMIT fail.
        """
        return self._execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """Run one statement and return its first row, or None."""
        rows = self.run(sql, parameters)
        return rows[0] if rows else None

    def insert(self, sql: str, parameters: Parameters | None = None) -> int:
        """Run an INSERT and return the new row's integer key."""
        self._execute(sql, parameters).fetchall()
        return self._connection.last_insert_rowid()


def steady_plans(connection: apsw.Connection) -> None:
    """Keep a statement's plan whatever its parameters are.

    Without this SQLite prepares a statement that could use a partial index anew for each new
    parameter: eight times the cost of a claim.
    """
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)


class _Connection:
    """One thread's connection, with its own patient but bounded busy handler."""

    def __init__(self, path: Path, cache_mb: float) -> None:
        self.deadline = 0.0
        self.synchronous = 0
        with told_in_words(path):
            self.apsw = apsw.Connection(str(path))
            # SQLite's own handler waits longer each time, so that whoever has waited longest
            # loses to newcomers; a constant short wait is fair.
            self.apsw.set_busy_handler(self._wait)
            steady_plans(self.apsw)
            self.patience(COMMAND_DEADLINE)
            self._prepare(cache_mb)
        self.transaction = Transaction(self.apsw)

    def patience(self, seconds: float) -> None:
        """Wait at most this long for the write lock from now on."""
        self.deadline = time.monotonic() + seconds

    def sync(self, level: int) -> None:
        if level != self.synchronous:
            self.apsw.execute(f"PRAGMA synchronous = {level}")
            self.synchronous = level

    def _wait(self, _tries: int) -> bool:
        if time.monotonic() >= self.deadline:
            return False
        time.sleep(RETRY_SECONDS)
        return True

    def _prepare(self, cache_mb: float) -> None:
        if self.apsw.pragma("journal_mode", "wal") != "wal":
            raise DatabaseError("this file system does not support SQLite's WAL mode")
        for name, value in {
            "cache_size": -int(1000 * cache_mb),
            "foreign_keys": True,
            "trusted_schema": False,
            "cell_size_check": True,
            "journal_size_limit": 64 * 1024 * 1024,
            "temp_store": 2,
        }.items():
            self.apsw.pragma(name, value)
        self.sync(_NORMAL)


class Database:
    """A jobdash file opened for reading and writing. Safe to share between threads and over fork.

    Each thread gets a connection of its own at first use. A connection never crosses a fork: the
    child opens new ones and abandons, unclosed, those it inherited.
    """

    def __init__(
        self,
        path: Path,
        durability: Durability = "default",
        *,
        cache_mb: float = 8,
        deadline: float = COMMAND_DEADLINE,
    ) -> None:
        self.path = path
        self.deadline = deadline
        self._cache_mb = cache_mb
        self._durable, self._ordinary = _SYNCHRONOUS[durability]
        self._open: dict[int, _Connection] = {}
        self._pid = os.getpid()

    @contextmanager
    def transaction(
        self, *, durable: bool = False, deadline: float | None = None
    ) -> Iterator[Transaction]:
        """Hold the write lock for the block; commit at its end, roll back on any exception.

        `durable` survives a power cut, not only the death of every process. `deadline` is how
        many seconds to wait for the lock; `DatabaseBusy` is raised after that.
        """
        held = self._connection()
        held.patience(self.deadline if deadline is None else deadline)
        try:
            held.sync(self._durable if durable else self._ordinary)
            held.apsw.execute("BEGIN IMMEDIATE")
        except apsw.Error as error:
            raise in_words(error, self.path) from error
        try:
            yield held.transaction
            held.apsw.execute("COMMIT")
        except BaseException as error:
            if held.apsw.in_transaction:
                held.apsw.execute("ROLLBACK")
            if isinstance(error, apsw.Error) and not isinstance(error, apsw.ConstraintError):
                raise in_words(error, self.path) from error
            raise

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Read with one short statement, outside any transaction."""
        held = self._connection()
        held.patience(self.deadline)
        with told_in_words(self.path):
            return held.apsw.execute(sql, parameters).fetchall()

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed."""
        version: int = self._connection().apsw.pragma("data_version")
        return version

    def open(self) -> None:
        """Open this thread's connection now and bring the file to today's schema."""
        held = self._connection()
        with told_in_words(self.path):
            migrate(held.apsw, self.path)

    def close(self) -> bool:
        """Close every connection that this process has opened. Return whether there was one."""
        if self._pid != os.getpid():
            return False
        opened, self._open = self._open, {}
        for held in opened.values():
            held.apsw.close()
        return bool(opened)

    def _connection(self) -> _Connection:
        if self._pid != os.getpid():
            self._after_fork()
        thread = threading.get_ident()
        held = self._open.get(thread)
        if held is None:
            held = self._open[thread] = _Connection(self.path, self._cache_mb)
        return held

    def _after_fork(self) -> None:
        # Closing an inherited connection could drop the parent's locks or delete its WAL.
        _abandoned.append(self._open)
        self._open = {}
        self._pid = os.getpid()


_abandoned: list[dict[int, _Connection]] = []


def open_database(
    path: str | os.PathLike[str],
    *,
    create: bool = True,
    durability: Durability = "default",
    cache_mb: float = 8,
    deadline: float = COMMAND_DEADLINE,
) -> Database:
    """Open a jobdash file for writing, create it if asked, and migrate it if it is older.

    Raises `DatabaseError` or one of its children, each with the reason in words.
    """
    place = Path(path).absolute()
    check_place(place)
    if create:
        create_private(place)
    elif not place.exists():
        raise DatabaseError(f"there is no database at {place}: name another with --db")
    database = Database(place, durability, cache_mb=cache_mb, deadline=deadline)
    database.open()
    return database
