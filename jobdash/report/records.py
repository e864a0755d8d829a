"""Rows of report.sql as the records of `jobdash.job`: the one place that knows their columns."""

from dataclasses import fields
from typing import Any

from jobdash.identity import boot as own_boot
from jobdash.job import Attempt, Job, JobEvent, State, TaskType, Wish, Worker

Row = tuple[Any, ...]

# Several times quicker than calling the class, and a page has many rows.
_STATES = {str(state): state for state in State}
_COLUMNS = [field.name for field in fields(Job)]
_REVOKED, _AFTER_HELD = _COLUMNS.index("revoked"), _COLUMNS.index("held") + 1


def job_of(row: Row) -> Job:
    """Build a job from a row of `job_rows`."""
    columns = list(row)
    columns[4] = _STATES[row[4]]
    columns[_REVOKED:_AFTER_HELD] = map(bool, row[_REVOKED:_AFTER_HELD])
    columns[-1] = bool(row[-1])
    return Job(*columns)


def attempt_of(row: Row) -> Attempt:
    """Build an attempt from a row of `attempts`."""
    return Attempt(*row)


def event_of(row: Row) -> JobEvent:
    """Build a line of the log from a row of `events`."""
    return JobEvent(*row)


def worker_of(row: Row, alive: bool) -> Worker:
    """Build a worker from a row of `worker_rows`; whether it is alive no row can tell."""
    *columns, wish, size, boot = row
    columns[-5:-5] = [alive]
    columns += [None if wish is None else Wish(wish), size, boot == own_boot()]
    return Worker(*columns)


def task_of(row: Row) -> TaskType:
    """Build a task from a row of `tasks`."""
    *_, periodic, registered_at, paused = row
    columns = [*row[:-3], bool(periodic), registered_at, bool(paused)]
    return TaskType(*columns)
