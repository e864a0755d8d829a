"""Turns what SQLite reports into the errors that people can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

import apsw

from jobdash.errors import DatabaseBusy, DatabaseError, NotADatabase

Path = str | PathLike[str]


@contextmanager
def told_in_words(path: Path) -> Iterator[None]:
    """Raise a `DatabaseError` that names the file instead of an apsw error."""
    try:
        yield
    except apsw.Error as error:
        raise in_words(error, path) from error


def in_words(error: apsw.Error, path: Path) -> DatabaseError:
    """Translate one apsw error."""
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return DatabaseBusy(f"{path} stayed locked by another process: try again, or end it")
    if isinstance(error, apsw.NotADBError):
        return NotADatabase(f"{path} is not an SQLite database: name another file")
    if isinstance(error, apsw.CorruptError):
        return NotADatabase(f"{path} is damaged ({error}): {_SALVAGE}")
    if getattr(error, "extendedresult", 0) == apsw.SQLITE_READONLY_DIRECTORY:
        return DatabaseError(f"{path}: {_SIDE_FILES}")
    return DatabaseError(f"{path}: {_EXPLANATIONS.get(type(error), str(error))}")


_SALVAGE = "take the last copy, or save what is left with SQLite's own `sqlite3 FILE .recover`"
# A file in WAL mode has two others beside it, and even a reader makes them if they are not there.
_SIDE_FILES = (
    "to open it this user must be able to write into its folder (for FILE-wal and FILE-shm):"
    " ask its owner, or copy it into a folder of your own"
)

_EXPLANATIONS: dict[type[apsw.Error], str] = {
    apsw.FullError: "the disk is full: nothing was written, free some space and try again",
    apsw.ReadOnlyError: "the file or its folder is read-only: nothing was written",
    apsw.CantOpenError: "the file cannot be opened: check that it exists and who may read it",
    apsw.PermissionsError: "no permission to use this file",
    apsw.IOError: "reading or writing the disk failed",
    apsw.TooBigError: "a value is larger than SQLite can store (1 GB)",
}
