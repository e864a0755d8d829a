"""What is counted of jobs that have ended, and the buckets of the histograms. Pure."""

from bisect import bisect_left
from collections import Counter
from typing import NamedTuple

from jobdash.job import MICROSECONDS

# Upper bounds in seconds, from what takes no time to what takes half a day.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0,
          7200.0, 43200.0)  # fmt: skip
_BOUNDS = tuple(round(bound * MICROSECONDS) for bound in BOUNDS)

# Names of measures. Of the two durations, `_sum` is in microseconds.
ENDED, RETRIES, RESCUES = "ended", "retries", "rescues"
RUN, WAIT, SUM = "run", "wait", "_sum"
# So many tasks of a queue are told apart; what comes after them is counted together.
MOST_TASKS = 200
OTHERS = "(others)"


class Measure(NamedTuple):
    """What is counted: of which task, what, and of which kind."""

    task: str
    name: str
    label: str = ""


class End(NamedTuple):
    """A job that has ended. Times in microseconds; `ready_at` is None if nobody knows it."""

    task: str
    state: str
    started_at: int | None
    finished_at: int
    ready_at: int | None


class Try(NamedTuple):
    """A run that did not succeed. `is_retried` says that it was not the last one of its job."""

    task: str
    outcome: str
    started_at: int
    ended_at: int
    is_retried: int


class Sums:
    """Adds up what has ended."""

    def __init__(self) -> None:
        self.amounts = Counter[Measure]()

    def add_end(self, end: End) -> None:
        """Count a job, its wait, and its run if that was a success; others are told by tries."""
        self.amounts[Measure(end.task, ENDED, end.state)] += 1
        if end.started_at is None:
            return
        if end.state == "succeeded":
            self._add_time(end.task, RUN, end.finished_at - end.started_at)
        if end.ready_at is not None:
            self._add_time(end.task, WAIT, end.started_at - end.ready_at)

    def add_try(self, one: Try) -> None:
        """Count a run that did not succeed."""
        if one.outcome == "succeeded":
            return  # of a job that was run again; it has been counted when it ended
        self._add_time(one.task, RUN, one.ended_at - one.started_at)
        if one.outcome == "lost":
            self.amounts[Measure(one.task, RESCUES)] += 1
        elif one.is_retried:
            self.amounts[Measure(one.task, RETRIES)] += 1

    def _add_time(self, task: str, name: str, duration: int) -> None:
        # A clock that was set back makes no negative durations.
        duration = max(0, duration)
        self.amounts[Measure(task, name, str(bisect_left(_BOUNDS, duration)))] += 1
        self.amounts[Measure(task, name + SUM)] += duration
