"""Makes the files that benchmarks run on: a history of a given size, and an empty one."""

import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from jobdash.database import Database, open_database, statements
from jobdash.job import MICROSECONDS

QUEUE = "bench"
SQL = statements("bench")

_AT_ONCE = 50_000
# A million jobs in eleven hours: the charts of every span have something to draw.
_STEP = 40_000
_HOUR = 3600 * MICROSECONDS
_MESSAGE = b"what huey has serialized, about as long as usual " * 3
_TRACEBACK = "Traceback (most recent call last):\n" + "\n".join(
    f'  File "/srv/app/tasks.py", line {number}, in read\n    return open(path, "rb").read()'
    for number in range(10)
)


Waiting = Literal["pending", "scheduled"]
# One in so many waits. Pending ones are to be looked at: no app could run them.
_WAITING: dict[Waiting, int] = {"pending": 1000, "scheduled": 11}


def make_history(path: Path, jobs: int, now: int, wait: Waiting = "pending") -> float:
    """Make a file with so many jobs, or an empty one; return how many seconds it took.

    The newest wait. The newest of all came an hour ago: an age in seconds would be news each
    second.
    """
    started = time.monotonic()
    database = open_database(path, durability="fast", cache_mb=64)
    try:
        if jobs:
            _fill(database, jobs, now, wait)
    finally:
        database.close()
    return time.monotonic() - started


def size_of(path: Path) -> int:
    """Return how many jobs a file holds. Raises `DatabaseError`."""
    from jobdash.report import Report

    with Report(path) as report:
        return sum(report.counts().values())


def _fill(database: Database, jobs: int, now: int, wait: Waiting) -> None:
    waiting = {"wait": wait, "waiting": jobs // _WAITING[wait]}
    common: dict[str, object] = {**waiting, "queue": QUEUE, "total": jobs, "ended_at": now - _HOUR}
    for first, last in _chunks(jobs):
        chunk = {**common, "first": first, "last": last}
        message = {"data": _MESSAGE, "checksum": zlib.crc32(_MESSAGE)}
        with database.transaction() as tx:
            tx.run(SQL["make_messages"], {**chunk, **message})
            tx.run(SQL["make_jobs"], {**chunk, "step": _STEP, "eta": now + 24 * _HOUR})
    samples = max(1, min(8_000, jobs * _STEP // (10 * MICROSECONDS)))
    with database.transaction() as tx:
        tx.run(SQL["make_attempts"], {"traceback": _TRACEBACK})
        tx.run(SQL["make_tasks"], common)
        tx.run(SQL["make_samples"], {**common, "first": 1, "last": samples})


def _chunks(jobs: int) -> Iterator[tuple[int, int]]:
    for first in range(1, jobs + 1, _AT_ONCE):
        yield first, min(first + _AT_ONCE - 1, jobs)
