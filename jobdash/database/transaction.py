"""Write transactions."""

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

import apsw

from jobdash.database.recording import Recording, revert
from jobdash.database.trouble import in_words

if TYPE_CHECKING:
    from jobdash.database.connection import Connection

Row = tuple[Any, ...]
Parameters = Mapping[str, object] | tuple[object, ...]

# What breaks a UNIQUE or CHECK constraint; the transaction goes on unless its caller ends it.
Conflict = apsw.ConstraintError


class Transaction:
    """A write transaction: `with database.transaction() as tx:` holds the write lock.

    It commits at the end of the block and rolls back on any exception. One exists per connection
    and is used again and again: making a new one for every job costs more than the job's UPDATE.
    """

    def __init__(self, held: "Connection") -> None:
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

    def record(self, *tables: str) -> Recording:
        """Return a block in which the changes of these tables' rows are noted."""
        return Recording(self._held.apsw, tables)

    def revert(self, changes: bytes) -> bool:
        """Take recorded changes back; do nothing and return False if one of the rows moved on."""
        return revert(self._held.apsw, changes)

    def abandon(self) -> None:
        """Roll back a block whose end an interrupt has cut off; do nothing if there is none."""
        self._is_open = False
        self._roll_back()

    def _roll_back(self) -> None:
        # A full disk, for one, has rolled back already.
        if self._held.apsw.in_transaction:
            self._execute("ROLLBACK")
