"""Read-only access for those who only look: they can never hold up or harm the work."""

import os
import time
from pathlib import Path

import apsw

from jobdash.database.connection import RETRY_SECONDS, Parameters, Row, steady_plans
from jobdash.database.placement import check_exists
from jobdash.database.schema import check_owner, is_plain_huey
from jobdash.database.trouble import told_in_words
from jobdash.errors import NotADatabase

READER_DEADLINE = 0.25


class Reader:
    """A read-only connection. One short statement at a time, read to the end; one per thread.

    A read-only connection can never be the one whose closing deletes the WAL.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._deadline = 0.0
        with told_in_words(path):
            self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            self._connection.set_busy_handler(self._wait)
            steady_plans(self._connection)
            self._connection.pragma("cache_size", -16_000)

    def check(self) -> None:
        """Raise `DatabaseError` or a child if this is no file that this jobdash can read."""
        with told_in_words(self.path):
            version = check_owner(self._connection, self.path)
            plain = is_plain_huey(self._connection)
        if plain:
            raise NotADatabase(
                f"{self.path} is a plain huey queue: change the app's import to"
                " `from jobdash import SqliteHuey` and start it once to take the queue over"
            )
        if not version:
            raise NotADatabase(f"{self.path} holds no jobs yet: start the app or a pool first")

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Run one statement and return all its rows."""
        self._deadline = time.monotonic() + READER_DEADLINE
        with told_in_words(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """Run one statement and return its first row, or None."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed."""
        with told_in_words(self.path):
            version: int = self._connection.pragma("data_version")
        return version

    def interrupt(self) -> None:
        """Abort a statement that another thread is running here."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _wait(self, _tries: int) -> bool:
        if time.monotonic() >= self._deadline:
            return False
        time.sleep(RETRY_SECONDS)
        return True


def open_reader(path: str | os.PathLike[str]) -> Reader:
    """Open a jobdash file for reading only. Raises `DatabaseError` or one of its children."""
    place = Path(path).absolute()
    check_exists(place)
    reader = Reader(place)
    try:
        reader.check()
    except BaseException:
        reader.close()
        raise
    return reader
