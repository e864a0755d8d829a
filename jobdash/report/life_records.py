"""What rows tell of the lives of jobs. Durations in rows are in microseconds."""

from __future__ import annotations

from jobdash.job import MICROSECONDS, Job
from jobdash.report.lives import Call, Life
from jobdash.report.records import Row

# More are not played.
_MANY = 30


def life_of(row: Row) -> tuple[Call, Life]:
    """Return a job's call and life from its row of `recent_runs`."""
    task, arguments, last, before, retries, delay, backoff = row
    paused = pauses(retries, delay, backoff)
    earlier = max(0, before) / MICROSECONDS / max(1, len(paused))
    return Call(task, arguments), Life(max(0, last) / MICROSECONDS, earlier, paused)


def call_of(job: Job) -> Call:
    """Return what a job calls."""
    return Call(job.task, job.args + job.kwargs)


def pauses(retries: int, delay: float, backoff: float) -> tuple[float, ...]:
    """Return for how long each of so many retries was put off; `delay` is that of the next one."""
    numbers = range(min(retries, _MANY), 0, -1)
    return tuple(delay / (backoff or 1) ** number for number in numbers)
