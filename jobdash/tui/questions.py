"""What the dashboard asks the ledger, each question with the shape of its answer.

Questions and answers are frozen values: questions go to the reader thread, answers come back, and
nothing else crosses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from jobdash.errors import UnknownJob
from jobdash.job import FINAL, Attempt, Job, JobEvent, State, TaskType, Worker
from jobdash.report import JobFilter, Report
from jobdash.tui.pulse import Pulse, Tempo

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

SEARCH_LIMIT = 10_000


class Question(Protocol[T_co]):
    """Something that a report can answer."""

    def answer(self, report: Report, now: int) -> T_co:
        """Read the answer. Raises `DatabaseError`."""


@dataclass(frozen=True, slots=True)
class Topic(Generic[T]):
    """A place for one standing question; `every` re-asks it even if the file did not change."""

    name: str
    every: float | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What every screen shows: counts, workers and rates."""

    counts: Mapping[State, int]
    workers: tuple[Worker, ...]
    pool: Worker | None
    oldest_pending_at: int | None
    pauses: frozenset[tuple[str, str]]
    queues: tuple[str, ...]
    plain_messages: int
    tempo: Tempo

    @property
    def total(self) -> int:
        """How many jobs the file holds."""
        return sum(self.counts.values())

    @property
    def runners(self) -> tuple[Worker, ...]:
        """The workers that run jobs."""
        return tuple(worker for worker in self.workers if worker.kind != "pool")


@dataclass(frozen=True, slots=True)
class HeadQuestion:
    """Counts, workers and rates of one queue, or of all."""

    queue: str | None
    pulse: Pulse

    def answer(self, report: Report, now: int) -> Head:
        """Read them."""
        counts = report.counts(self.queue)
        workers = tuple(report.workers())
        ended = sum(counts[state] for state in FINAL)
        self.pulse.note(now, sum(counts.values()), ended)
        return Head(
            counts,
            workers,
            _pool_of(workers, self.queue),
            report.oldest_pending_at(self.queue),
            frozenset(report.pauses()),
            tuple(report.queues()),
            report.plain_messages(),
            self.pulse.tempo(),
        )


def _pool_of(workers: Iterable[Worker], queue: str | None) -> Worker | None:
    pools = (worker for worker in workers if worker.kind == "pool")
    return next((pool for pool in pools if queue in (None, pool.queue)), None)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A job whose place in the list must not appear to move, and where it stood."""

    seq: int
    index: int


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a filtered list. `shift` is how far the anchor has moved since it was asked."""

    total: int
    first: int
    jobs: tuple[Job, ...]
    shift: int = 0

    def job_at(self, index: int) -> Job | None:
        """Return the job at an index of the whole list, if this stretch holds it."""
        place = index - self.first
        return self.jobs[place] if 0 <= place < len(self.jobs) else None

    def index_of(self, seq: int) -> int | None:
        """Return the index of a job in the whole list, if this stretch holds it."""
        for place, job in enumerate(self.jobs):
            if job.seq == seq:
                return self.first + place
        return None


@dataclass(frozen=True, slots=True)
class WindowQuestion:
    """`count` jobs of a filtered list from `first` on, moved along with the anchor."""

    filter: JobFilter
    first: int
    count: int
    anchor: Anchor | None = None

    def answer(self, report: Report, now: int) -> Window:
        """Read it, once more if a job came in between the statements."""
        window = self._read(report)
        return window if self._holds(window) else self._read(report)

    def _read(self, report: Report) -> Window:
        shift = self._shift(report)
        total = report.count(self.filter, SEARCH_LIMIT if self.filter.is_search else None)
        first = max(0, min(self.first + shift, total - self.count))
        return Window(total, first, tuple(report.jobs(self.filter, self.count, first)), shift)

    def _shift(self, report: Report) -> int:
        if self.anchor is None:
            return 0
        position = report.position(self.filter, self.anchor.seq)
        return 0 if position is None else position - self.anchor.index

    def _holds(self, window: Window) -> bool:
        if self.anchor is None:
            return True
        job = window.job_at(self.anchor.index + window.shift)
        return job is None or job.seq == self.anchor.seq


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one job."""

    job: Job
    attempts: tuple[Attempt, ...]
    related: tuple[Job, ...]
    history: tuple[JobEvent, ...]
    pruned_kin: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class DetailQuestion:
    """All about the job with this number; None if it is not in the file any more."""

    seq: int

    def answer(self, report: Report, now: int) -> Detail | None:
        """Read it."""
        job = report.job_by_seq(self.seq)
        if job is None:
            return None
        try:
            return Detail(
                job,
                tuple(report.attempts(self.seq)),
                tuple(report.related(self.seq)),
                tuple(report.history(self.seq)),
                report.pruned_kin(job),
            )
        except UnknownJob:
            return None


@dataclass(frozen=True, slots=True)
class TasksQuestion:
    """The registered tasks."""

    def answer(self, report: Report, now: int) -> tuple[TaskType, ...]:
        """Read them, in the order of their names."""
        return tuple(sorted(report.tasks(), key=lambda task: task.name))
