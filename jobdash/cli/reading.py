"""Opening the file for those who only read."""

from pathlib import Path

from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.errors import DatabaseError
from jobdash.report import Report

NOBODY_WORKS = "nobody works on this file: start a pool with `jobdash worker`"


def open_report(settings: Settings) -> Report:
    """Open the file that is meant.

    Raises `DatabaseError`, or `AppError` if only the app could tell which file it is.
    """
    return Report(find_file(settings))


def find_file(settings: Settings) -> Path:
    """Return the file that is meant, as `open_report` does."""
    target = Target(settings)
    path = target.database
    if target.named_database is None and not path.exists():
        raise DatabaseError(f"there are no jobs yet: {path} is made by the first one, or by a pool")
    return path
