"""Where a database file may lie: checked before SQLite is asked, so that the answer is clear."""

import os
from pathlib import Path

from jobdash.errors import DatabaseError


def check_place(path: Path) -> None:
    """Raise `DatabaseError` if no database can be at `path`, with the reason."""
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder, not a database file")
    folder = path.parent
    if not folder.is_dir():
        raise DatabaseError(f"the folder {folder} does not exist: create it first")
    if not path.exists() and not os.access(folder, os.W_OK):
        raise DatabaseError(f"the folder {folder} is not writable by this user")
    if path.exists() and not os.access(path, os.R_OK):
        raise DatabaseError(f"no permission to read {path}")


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
