"""Where a database file may lie: checked before SQLite is asked, so that the answer is clear."""

import os
from pathlib import Path

from jobdash.errors import DatabaseError


def check_place(path: Path) -> None:
    """Raise `DatabaseError` if no database can be at `path`, with the reason."""
    _check_name(path)
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder, not a database file: name a file in it")
    folder = path.parent
    if not folder.is_dir():
        raise DatabaseError(f"the folder {folder} does not exist: create it first")
    if path.exists():
        _check_file(path)
    elif not os.access(folder, os.W_OK):
        raise DatabaseError(f"the folder {folder} is not writable by this user: name another file")


def _check_name(path: Path) -> None:
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        raise DatabaseError(
            f"{path} is not UTF-8, and SQLite opens no other names: rename the file or the folder"
        ) from None


def _check_file(path: Path) -> None:
    if not os.access(path, os.R_OK):
        raise DatabaseError(f"no permission to read {path}: ask its owner, or name another file")
    if (links := path.stat().st_nlink) > 1:
        # The WAL lies beside a name, not beside the file: each name would have one of its own.
        raise DatabaseError(
            f"{path} has {links} names (hard links), by which jobs would be lost: keep one of"
            " them; a copy or a symbolic link does no harm"
        )


def check_exists(path: Path) -> None:
    """Raise `DatabaseError` if there is no file at `path` to read."""
    check_place(path)
    if not path.exists():
        raise DatabaseError(f"there is no database at {path}: name another with --db")


def create_private(path: Path) -> None:
    """Create an empty file that only its owner can read; leave one that exists alone."""
    try:
        # Nobody can hold locks on a file that O_EXCL has just made, so closing it is safe.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise DatabaseError(f"cannot create {path}: {error.strerror}") from error
