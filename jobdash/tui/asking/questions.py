"""What the dashboard asks the ledger, each question with the shape of its answer.

Questions and answers are frozen values: questions go to the reader thread, answers come back, and
nothing else crosses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from jobdash.alert import Alert
from jobdash.job import FINAL, Job, State, TaskType, Worker
from jobdash.report import JobFilter, Order, Report
from jobdash.tui.asking.pulse import Pulse, Tempo
from jobdash.tui.asking.sorted_jobs import SortedJobs
from jobdash.tui.asking.worker_names import WorkerNames, by_pool_and_name

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
    """What every screen shows: counts, workers, rates; `names` has ended workers too, by id.

    `stalled` are the running jobs that are silent for longer than is usual. `alerts` are those that
    are on, the worst first.
    """

    counts: Mapping[State, int]
    workers: tuple[Worker, ...]
    pool: Worker | None
    oldest_pending_at: int | None
    pauses: frozenset[tuple[str, str]]
    queues: tuple[str, ...]
    plain_messages: int
    tempo: Tempo
    names: Mapping[int, str]
    stalled: frozenset[int]
    alerts: tuple[Alert, ...] = ()

    @property
    def total(self) -> int:
        """How many jobs the file holds."""
        return sum(self.counts.values())

    @property
    def runners(self) -> tuple[Worker, ...]:
        """The workers that run jobs."""
        return tuple(worker for worker in self.workers if worker.kind != "pool")


@dataclass(frozen=True, slots=True)
class _Told:
    """What only a change of the file changes, and which version of it told that to whom."""

    report: Report
    version: int
    counts: Mapping[State, int]
    oldest_pending_at: int | None
    pauses: frozenset[tuple[str, str]]
    queues: tuple[str, ...]
    plain_messages: int


@dataclass(slots=True)
class HeadQuestion:
    """Counts, workers and rates of one queue, or of all."""

    queue: str | None
    pulse: Pulse
    _told: _Told | None = field(default=None, compare=False)
    _names: WorkerNames = field(default_factory=WorkerNames, compare=False)

    def answer(self, report: Report, now: int) -> Head:
        """Read them. It is asked each second; in a large file the counts are most of the cost."""
        told = self._facts(report)
        workers = tuple(sorted(report.workers(), key=by_pool_and_name))
        ended = sum(told.counts[state] for state in FINAL)
        self.pulse.note(now, sum(told.counts.values()), ended)
        return Head(
            told.counts,
            workers,
            _pool_of(workers, self.queue),
            told.oldest_pending_at,
            told.pauses,
            told.queues,
            told.plain_messages,
            self.pulse.tempo(),
            self._names.read(report, workers),
            frozenset(report.stalled(now)),
            tuple(report.firing(self.queue)),
        )

    def _facts(self, report: Report) -> _Told:
        # Before the reading: what is written meanwhile then makes it be read again.
        version = report.data_version()
        told = self._told
        # Versions of two connections cannot be compared: the file may have been replaced.
        if told is None or told.report is not report or told.version != version:
            told = self._told = _Told(
                report,
                version,
                report.counts(self.queue),
                report.oldest_pending_at(self.queue),
                frozenset(report.pauses()),
                tuple(report.queues()),
                report.plain_messages(),
            )
        return told


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
    """A stretch of a filtered list. `shift` is how far the anchor has moved since it was asked.

    `replayed` are its dead letters with a replay that succeeded, each with that one's number.
    """

    total: int
    first: int
    jobs: tuple[Job, ...]
    shift: int = 0
    replayed: Mapping[int, int] = field(default_factory=dict)

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
    order: Order = Order.NEWEST
    sorted: SortedJobs = field(default_factory=SortedJobs, compare=False)

    def answer(self, report: Report, now: int) -> Window:
        """Read it."""
        window = self._read_jobs(report, now)
        dead = [job.seq for job in window.jobs if job.state is State.FAILED]
        return replace(window, replayed=report.replayed_well(dead)) if dead else window

    def _read_jobs(self, report: Report, now: int) -> Window:
        """Read them, once more if a job came in between the statements."""
        asked = replace(self, filter=self.filter.at(now))
        if not self.order.is_by_number:
            return asked._read_sorted(
                report, self.sorted.read(report, self.filter, self.order, now)
            )
        window = asked._read(report)
        return window if asked._holds(window) else asked._read(report)

    def _read(self, report: Report) -> Window:
        shift = self._shift(report)
        total = report.count(self.filter, SEARCH_LIMIT if self.filter.is_search else None)
        first = max(0, min(self.first + shift, total - self.count))
        jobs = report.jobs(self.filter, self.count, first, self.order)
        return Window(total, first, tuple(jobs), shift)

    def _read_sorted(self, report: Report, seqs: tuple[int, ...]) -> Window:
        held = self.anchor
        is_there = held is not None and held.seq in seqs
        shift = seqs.index(held.seq) - held.index if held is not None and is_there else 0
        first = max(0, min(self.first + shift, len(seqs) - self.count))
        jobs = report.in_order(seqs[first : first + self.count])
        return Window(len(seqs), first, tuple(jobs), shift)

    def _shift(self, report: Report) -> int:
        if self.anchor is None:
            return 0
        position = report.position(self.filter, self.anchor.seq, self.order)
        return 0 if position is None else position - self.anchor.index

    def _holds(self, window: Window) -> bool:
        if self.anchor is None:
            return True
        job = window.job_at(self.anchor.index + window.shift)
        return job is None or job.seq == self.anchor.seq


@dataclass(frozen=True, slots=True)
class TasksQuestion:
    """The registered tasks."""

    def answer(self, report: Report, now: int) -> tuple[TaskType, ...]:
        """Read them, in the order of their names."""
        return tuple(sorted(report.tasks(), key=lambda task: task.name))
