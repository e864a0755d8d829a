"""A file for reading and writing: one connection per thread, and how durable commits are."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from jobdash.database.connection import COMMAND_DEADLINE, Connection
from jobdash.database.placement import check_place, create_private
from jobdash.database.schema import migrate
from jobdash.database.transaction import Parameters, Row, Transaction
from jobdash.database.trouble import told_in_words
from jobdash.errors import DatabaseError

Durability = Literal["default", "full", "fast"]
_FULL, _NORMAL = 2, 1
_SYNCHRONOUS: Mapping[Durability, tuple[int, int]] = {
    # (for what people were promised, for what can be done again)
    "default": (_FULL, _NORMAL),
    "full": (_FULL, _FULL),
    "fast": (_NORMAL, _NORMAL),
}


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
        self._open: dict[int, Connection] = {}
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

    def _connection(self) -> Connection:
        if self._pid != os.getpid():
            self._after_fork()
        thread = threading.get_ident()
        held = self._open.get(thread)
        if held is None:
            held = self._open[thread] = Connection(self.path, self._cache_mb)
        return held

    def _after_fork(self) -> None:
        # Closing an inherited connection could drop the parent's locks or delete its WAL.
        _abandoned.append(self._open)
        self._open = {}
        self._pid = os.getpid()


_abandoned: list[dict[int, Connection]] = []


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
