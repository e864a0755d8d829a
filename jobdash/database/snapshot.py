"""Copies of a file: to look at, or to work on with."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import apsw

from jobdash.database.schema import APPLICATION_ID, COPY_ID
from jobdash.database.trouble import told_in_words

# Hears how many bytes are written, and of how many.
Told = Callable[[int, int], None]


class Snapshot(NamedTuple):
    """Of which file a copy was taken, and when: microseconds since the epoch, UTC."""

    taken_at: int
    source: str


def settle_copy(path: Path, mark: Snapshot | None) -> None:
    """Make what was copied a file of its own, to look at if it gets a mark."""
    with told_in_words(path):
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            # Nobody knows the file yet, and whoever fails here deletes it: no journal on the disk.
            connection.pragma("journal_mode", "memory")
            with connection:
                _leave_the_original(connection)
                _mark(connection, mark)
        finally:
            connection.close()


def _leave_the_original(connection: apsw.Connection) -> None:
    # The original's workers live on there. To rescue their jobs here must not end their processes.
    connection.execute("UPDATE worker SET boot = '' WHERE ended_at IS NULL")


def _mark(connection: apsw.Connection, mark: Snapshot | None) -> None:
    connection.execute("DROP TABLE IF EXISTS snapshot")
    connection.pragma("application_id", APPLICATION_ID if mark is None else COPY_ID)
    if mark is not None:
        connection.execute("CREATE TABLE snapshot (taken_at INTEGER, source TEXT) STRICT")
        connection.execute("INSERT INTO snapshot VALUES (?, ?)", mark)
