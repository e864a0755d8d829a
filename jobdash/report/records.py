"""Rows of report.sql as the records of `jobdash.job`: the one place that knows their columns."""

from typing import Any

from jobdash.job import Attempt, Job, JobEvent, State, TaskType, Worker

Row = tuple[Any, ...]

# Several times quicker than calling the class, and a page has many rows.
_STATES = {str(state): state for state in State}


def job_of(row: Row) -> Job:
    """Build a job from a row of `job_rows`."""
    columns = list(row)
    columns[4] = _STATES[row[4]]
    columns[-4:-2] = map(bool, row[-4:-2])
    return Job(*columns)


def attempt_of(row: Row) -> Attempt:
    """Build an attempt from a row of `attempts`."""
    return Attempt(*row)


def event_of(row: Row) -> JobEvent:
    """Build a line of the log from a row of `events`."""
    return JobEvent(*row)


def worker_of(row: Row, alive: bool) -> Worker:
    """Build a worker from a row of `worker_rows`; whether it is alive no row can tell."""
    columns = [*row[:-3], alive, *row[-3:]]
    return Worker(*columns)


def task_of(row: Row) -> TaskType:
    """Build a task from a row of `tasks`."""
    *_, periodic, registered_at, paused = row
    columns = [*row[:-3], bool(periodic), registered_at, bool(paused)]
    return TaskType(*columns)
