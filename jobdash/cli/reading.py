"""Opening the file for those who only read."""

from pathlib import Path

from jobdash.cli.clock import stand_at
from jobdash.cli.output import note
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.database import Snapshot
from jobdash.errors import DatabaseError
from jobdash.report import Report
from jobdash.text import iso

NOBODY_WORKS = "nobody works on this file: start a pool with `jobdash worker`"


def open_report(settings: Settings) -> Report:
    """Open the file that is meant.

    Raises `DatabaseError`, or `AppError` if only the app could tell which file it is.
    """
    report = Report(find_file(settings))
    tell_of_copy(report.snapshot())
    return report


def tell_of_copy(snapshot: Snapshot | None) -> None:
    """Say it where somebody looks at a copy, for whom its moment is now."""
    stand_at(snapshot and snapshot.taken_at)
    if snapshot is not None:
        note(copy_text(snapshot))


def copy_text(snapshot: Snapshot) -> str:
    """Return what a copy is a copy of."""
    return f"a copy of {snapshot.source} as it was at {iso(snapshot.taken_at)}"


def find_file(settings: Settings) -> Path:
    """Return the file that is meant, as `open_report` does."""
    target = Target(settings)
    path = target.database
    if target.named_database is None and not path.exists():
        raise DatabaseError(f"there are no jobs yet: {path} is made by the first one, or by a pool")
    return path
