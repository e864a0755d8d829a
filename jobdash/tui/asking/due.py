"""What the schedule shows: periodic tasks and jobs that wait for their time, soonest first."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from jobdash.job import Job, State
from jobdash.report import Periodic, Report
from jobdash.tui.asking.due_order import MOST_LOOKED_AT, DueOrder, in_order, time_of

Due: TypeAlias = Periodic | Job


class Kind(StrEnum):
    """Which part of it is shown."""

    ALL = "all"
    PERIODIC = "periodic"
    DELAYED = "delayed"
    RETRIES = "retries"


_STATES: dict[Kind, Sequence[State]] = {
    Kind.ALL: (State.SCHEDULED, State.RETRYING),
    Kind.PERIODIC: (),
    Kind.DELAYED: (State.SCHEDULED,),
    Kind.RETRIES: (State.RETRYING,),
}


@dataclass(frozen=True, slots=True)
class DueWindow:
    """A stretch of all that is due, from `first` on, the soonest first.

    `known` is how many periodic tasks there are, shown or not; `anchor` is the index in the whole
    list of the job that was asked for, None if it waits no more.
    """

    rows: tuple[Due, ...]
    first: int
    known: int
    scheduled: int
    retrying: int
    total: int
    anchor: int | None = None

    def at(self, index: int) -> Due | None:
        """Return the row at an index of the whole list, if it has been read."""
        place = index - self.first
        return self.rows[place] if 0 <= place < len(self.rows) else None

    def index_of(self, key: object) -> int | None:
        """Return the index of a row in the whole list, if it has been read."""
        places = (place for place, row in enumerate(self.rows) if key_of(row) == key)
        return next((self.first + place for place in places), None)


@dataclass(frozen=True, slots=True)
class DueQuestion:
    """`count` rows of one kind from `first` on, and the index of the job `anchor`."""

    kind: Kind
    queue: str | None
    first: int
    count: int
    anchor: int | None = None

    def answer(self, report: Report, now: int) -> DueWindow:
        """Read them."""
        states, periodic = _STATES[self.kind], tuple(report.periodic(self.queue))
        scheduled = report.count_delayed((State.SCHEDULED,), self.queue)
        retrying = report.count_delayed((State.RETRYING,), self.queue)
        jobs = scheduled * (State.SCHEDULED in states) + retrying * (State.RETRYING in states)
        shown = periodic if self.kind in (Kind.ALL, Kind.PERIODIC) else ()
        order = in_order(shown, self._etas(report, states, shown, jobs, now), jobs, now)
        total = len(shown) + jobs
        first = max(0, min(self.first, total - self.count))
        rows = self._rows(report, states, order, first, min(first + self.count, total))
        anchor = self._anchor(report, states, order)
        return DueWindow(rows, first, len(periodic), scheduled, retrying, total, anchor)

    def _etas(
        self,
        report: Report,
        states: Sequence[State],
        tasks: Sequence[Periodic],
        jobs: int,
        now: int,
    ) -> Sequence[int]:
        moments = [at for task in tasks if (at := time_of(task, now)) is not None]
        if not (moments and jobs):
            return ()
        return report.etas_before(max(moments), states, self.queue, MOST_LOOKED_AT)

    def _rows(
        self, report: Report, states: Sequence[State], order: DueOrder, first: int, end: int
    ) -> tuple[Due, ...]:
        tasks = order.tasks_in(first, end)
        wanted = end - first - len(tasks)
        skipped = order.jobs_before(first)
        jobs = iter(report.delayed(states, self.queue, wanted, skipped) if wanted else ())
        rows = (tasks.get(index) or next(jobs, None) for index in range(first, end))
        # A job that has gone since they were counted leaves none in its place.
        return tuple(row for row in rows if row is not None)

    def _anchor(self, report: Report, states: Sequence[State], order: DueOrder) -> int | None:
        if self.anchor is None or not states:
            return None
        before = report.delayed_before(self.anchor, states, self.queue)
        return None if before is None else order.index_of_job(before)


def key_of(row: Due) -> Hashable:
    """Return what makes a row the same one later: a job's number, or queue and name of a task."""
    return row.seq if isinstance(row, Job) else (row.queue, row.name)
