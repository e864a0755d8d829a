"""A connection for reading and writing, and how it waits for the write lock."""

import time
from pathlib import Path

import apsw

from jobdash.database.schema import check_owner, refuse_copy
from jobdash.database.transaction import Transaction
from jobdash.database.trouble import told_in_words
from jobdash.errors import DatabaseError

# Longer than a few jobs take: a worker that goes on keeps its page cache, and throughput with it.
RETRY_SECONDS = 0.001
COMMAND_DEADLINE = 5.0
# In pages, 4 MB: a durable commit is cheaper where the WAL is written over than where it grows, and
# a drain is no slower than with a longer one.
CHECKPOINT_PAGES = 1000

_NORMAL = 1


def steady_plans(connection: apsw.Connection) -> None:
    """Keep a statement's plan whatever its parameters are.

    Without this SQLite prepares a statement that could use a partial index anew for each new
    parameter: eight times the cost of a claim.
    """
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)


class Connection:
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
        """Close it."""
        self.apsw.close()

    def sync(self, level: int) -> None:
        """Set how surely the next commit is on the disk: SQLite's `synchronous`."""
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
            refuse_copy(self.apsw, self.path)
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
