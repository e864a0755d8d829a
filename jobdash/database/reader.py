"""Read-only access for those who only look: they can never hold up or harm the work."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import apsw

from jobdash.database.connection import RETRY_SECONDS, steady_plans
from jobdash.database.placement import check_exists, create_private
from jobdash.database.schema import check_owner, is_copy, is_plain_huey
from jobdash.database.snapshot import Snapshot, Told, settle_copy
from jobdash.database.transaction import Parameters, Row
from jobdash.database.trouble import told_in_words
from jobdash.errors import NotADatabase

READER_DEADLINE = 0.25
# Of SQLite's virtual machine, between two words of how far a copy is: less than a millisecond.
PROGRESS_STEPS = 1_000


class Reader:
    """A read-only connection. One short statement at a time, read to the end; one per thread.

    A read-only connection can never be the one whose closing deletes the WAL.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._deadline = 0.0
        self._is_copy = False
        with told_in_words(path):
            self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            self._connection.set_busy_handler(self._wait)
            steady_plans(self._connection)
            self._connection.pragma("cache_size", -2_000)

    def check(self) -> None:
        """Raise `DatabaseError` or a child if this is no file that this jobdash can read."""
        with told_in_words(self.path):
            version = check_owner(self._connection, self.path)
            self._is_copy = is_copy(self._connection)
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

    def copy_to(
        self, path: Path, mark: Snapshot | None = None, told: Told = lambda done, total: None
    ) -> None:
        """Write the database as it is at this moment to a new file, for its owner alone.

        It is one to go on working with, or with a `mark` one to look at. `told` hears now and then
        of how many bytes so many are written; what it raises ends the copy. Raises `DatabaseError`,
        and leaves nothing then.
        """
        create_private(path)
        try:
            self._connection.set_progress_handler(self._watch(path, told), PROGRESS_STEPS)
            with told_in_words(path):
                self._connection.execute("VACUUM INTO ?", (str(path),)).fetchall()
            settle_copy(path, mark)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            self._connection.set_progress_handler(None)

    def snapshot(self) -> Snapshot | None:
        """Return of what this is a copy, and since when; None if it is no copy to look at."""
        if not self._is_copy:
            return None
        row = self.one("SELECT taken_at, source FROM snapshot")
        return None if row is None else Snapshot(*row)

    def interrupt(self) -> None:
        """Abort a statement that another thread is running here."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _watch(self, path: Path, told: Told) -> Callable[[], bool]:
        size = self.one("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        total = int(size[0]) if size else 0

        def watch() -> bool:
            told(os.stat(path).st_size, total)
            return False

        return watch

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
