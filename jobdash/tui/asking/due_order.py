"""Where periodic tasks stand among the jobs that wait for their time: all in order of time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jobdash.job import Job
from jobdash.report import Periodic
from jobdash.rule import next_moments

# So many jobs are looked at; a task whose time is later than theirs stands behind all of them.
MOST_LOOKED_AT = 10_000


def next_of(row: Periodic | Job, now: int) -> int | None:
    """Return when a row's time comes, None if that is not known."""
    if isinstance(row, Job):
        return row.eta
    return next(iter(next_moments(row.rule, now)), None)


def time_of(task: Periodic, now: int) -> int | None:
    """Return when a periodic task will run, None if it is paused or that is not known."""
    return None if task.paused else next_of(task, now)


@dataclass(frozen=True, slots=True)
class DueOrder:
    """The tasks, soonest first, and of each how many jobs come before it."""

    tasks: tuple[Periodic, ...] = ()
    ranks: tuple[int, ...] = ()

    def index_of_job(self, rank: int) -> int:
        """Return the place in the whole list of the job that so many jobs come before."""
        return rank + bisect_right(self.ranks, rank)

    def tasks_in(self, first: int, end: int) -> dict[int, Periodic]:
        """Return the tasks in a stretch of the whole list, by their places in it."""
        places = (rank + index for index, rank in enumerate(self.ranks))
        return {
            place: task
            for place, task in zip(places, self.tasks, strict=True)
            if first <= place < end
        }

    def jobs_before(self, index: int) -> int:
        """Return how many jobs stand before a place in the whole list."""
        return index - sum(rank + place < index for place, rank in enumerate(self.ranks))


def in_order(tasks: Iterable[Periodic], etas: Sequence[int], jobs: int, now: int) -> DueOrder:
    """Sort the tasks in among so many jobs; `etas` are the times of the first of them."""
    timed = [(time_of(task, now), task) for task in tasks]
    timed.sort(key=lambda one: (one[0] is None, one[0] or 0, one[1].name))
    ranks = tuple(_rank(at, etas, jobs) for at, _ in timed)
    return DueOrder(tuple(task for _, task in timed), ranks)


def _rank(at: int | None, etas: Sequence[int], jobs: int) -> int:
    if at is None:
        return jobs
    rank = bisect_left(etas, at)
    return jobs if rank >= MOST_LOOKED_AT else rank
