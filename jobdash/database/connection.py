"""Read-write access: one connection per thread, transactions, waiting for the write lock."""

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import apsw

from jobdash.database.placement import check_place, create_private
from jobdash.database.schema import check_owner, migrate
from jobdash.database.trouble import in_words, told_in_words
from jobdash.errors import DatabaseError

Durability = Literal["default", "full", "fast"]
Row = tuple[Any, ...]
Parameters = Mapping[str, object] | tuple[object, ...]

# What breaks a UNIQUE or CHECK constraint; the transaction goes on unless its caller ends it.
Conflict = apsw.ConstraintError

# Longer than a few jobs take: a worker that goes on keeps its page cache, and throughput with it.
RETRY_SECONDS = 0.001
COMMAND_DEADLINE = 5.0
# In pages: fewer checkpoints write the pages that every job touches less often.
CHECKPOINT_PAGES = 4000

_FULL, _NORMAL = 2, 1
_SYNCHRONOUS: Mapping[Durability, tuple[int, int]] = {
    # (for what people were promised, for what can be done again)
    "default": (_FULL, _NORMAL),
    "full": (_FULL, _FULL),
    "fast": (_NORMAL, _NORMAL),
}


class Transaction:
    """A write transaction: `with database.transaction() as tx:` holds the write lock.

    It commits at the end of the block and rolls back on any exception. One exists per connection
    and is used again and again: making a new one for every job costs more than the job's UPDATE.
    """

    def __init__(self, held: "_Connection") -> None:
        self._held = held
        self._execute = held.apsw.cursor().execute
        self._level = 0
        self._is_open = False

    def prepared(self, level: int, seconds: float) -> "Transaction":
        """Set how durable the next transaction is and how long it waits for the lock."""
        self._level = level
        self._held.patience = seconds
        return self

    def __enter__(self) -> "Transaction":
        if self._is_open:
            # Beginning anew would end the outer block half done.
            raise RuntimeError("a transaction is open on this thread already")
        try:
            # An interrupt may have come between two steps of the block before.
            self._roll_back()
            self._held.sync(self._level)
            self._execute("BEGIN IMMEDIATE")
            self._is_open = True
        except apsw.Error as error:
            raise in_words(error, self._held.path) from error
        except BaseException:
            self._is_open = False
            self._roll_back()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_open = False
        if error is None:
            try:
                self._execute("COMMIT")
                return
            except apsw.Error as trouble:
                error = trouble
        self._roll_back()
        if isinstance(error, apsw.Error) and not isinstance(error, Conflict):
            raise in_words(error, self._held.path) from error

    def run(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Run one statement and return all its rows.

        Every row is read: a half-read RETURNING keeps the write lock and makes COMMIT fail.
        """
        return self._execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """Run one statement and return its first row, or None."""
        rows = self._execute(sql, parameters).fetchall()
        return rows[0] if rows else None

    def change(self, sql: str, parameters: Parameters | None = None) -> int:
        """Run a statement without RETURNING and return how many rows it changed."""
        self._execute(sql, parameters)
        return self._held.apsw.changes()

    def insert(self, sql: str, parameters: Parameters | None = None) -> int:
        """Run an INSERT and return the new row's integer key."""
        self._execute(sql, parameters).fetchall()
        return self._held.apsw.last_insert_rowid()

    def abandon(self) -> None:
        """Roll back a block whose end an interrupt has cut off; do nothing if there is none."""
        self._is_open = False
        self._roll_back()

    def _roll_back(self) -> None:
        # A full disk, for one, has rolled back already.
        if self._held.apsw.in_transaction:
            self._execute("ROLLBACK")


def steady_plans(connection: apsw.Connection) -> None:
    """Keep a statement's plan whatever its parameters are.

    Without this SQLite prepares a statement that could use a partial index anew for each new
    parameter: eight times the cost of a claim.
    """
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)


class _Connection:
    """One thread's connection, with its own patient but bounded busy handler."""

    def __init__(self, path: Path, cache_mb: float) -> None:
        self.path = path
        self.patience = COMMAND_DEADLINE
        self.synchronous = 0
        self._give_up_at = 0.0
        with told_in_words(path):
            # Never creating: where a file was removed, an empty one would only hide that.
            self.apsw = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
            # SQLite's own handler waits longer each time, so that whoever has waited longest
            # loses to newcomers; a constant short wait is fair.
            self.apsw.set_busy_handler(self._wait)
            steady_plans(self.apsw)
            self._prepare(cache_mb)
        self.transaction = Transaction(self)

    def close(self) -> None:
        self.apsw.close()

    def sync(self, level: int) -> None:
        if level != self.synchronous:
            self.apsw.execute(f"PRAGMA synchronous = {level}")
            self.synchronous = level

    def _wait(self, tries: int) -> bool:
        now = time.monotonic()
        if tries == 0:
            self._give_up_at = now + self.patience
        if now >= self._give_up_at:
            return False
        time.sleep(RETRY_SECONDS)
        return True

    def _prepare(self, cache_mb: float) -> None:
        try:
            # Before anything is set: even the journal mode would be a change to a stranger's file.
            check_owner(self.apsw, self.path)
            self._configure(cache_mb)
        except BaseException:
            self.close()
            raise

    def _configure(self, cache_mb: float) -> None:
        if self._switch_to_wal() != "wal":
            raise DatabaseError("this file system does not support SQLite's WAL mode")
        for name, value in {
            "cache_size": -int(1000 * cache_mb),
            "foreign_keys": True,
            "trusted_schema": False,
            "cell_size_check": True,
            "journal_size_limit": 64 * 1024 * 1024,
            "temp_store": 2,
            "wal_autocheckpoint": CHECKPOINT_PAGES,
        }.items():
            self.apsw.pragma(name, value)
        self.sync(_NORMAL)

    def _switch_to_wal(self) -> object:
        # When several open a new file at once SQLite reports busy here without asking _wait.
        tries = 0
        while True:
            try:
                return self.apsw.pragma("journal_mode", "wal")
            except apsw.BusyError:
                if not self._wait(tries):
                    raise
            tries += 1


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

    def transaction(self, *, durable: bool = False, deadline: float | None = None) -> Transaction:
        """Return a transaction for a `with` block, in which the write lock is held.

        `durable` survives a power cut, not only the death of every process. `deadline` is how
        many seconds to wait for the lock; `DatabaseBusy` is raised after that.
        """
        level = self._durable if durable else self._ordinary
        return self._connection().transaction.prepared(
            level, self.deadline if deadline is None else deadline
        )

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Read with one short statement, outside any transaction."""
        held = self._connection()
        held.patience = self.deadline
        with told_in_words(self.path):
            return held.apsw.execute(sql, parameters).fetchall()

    def tidy(self) -> None:
        """Roll back what an interrupt has left open on this thread, where nothing should be.

        An exception from a signal handler may come between the last step of a transaction's block
        and its end, where nothing can catch it.
        """
        held = self._open.get(threading.get_ident())
        if held is not None and self._pid == os.getpid():
            held.transaction.abandon()

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed."""
        with told_in_words(self.path):
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
            held.close()
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
    try:
        database.open()
    except BaseException:
        database.close()
        raise
    return database
