"""What the place of the tasks asks: every task with its numbers, the costly ones not too often."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jobdash.forecast import Range
from jobdash.job import MICROSECONDS, Job, State, TaskType
from jobdash.report import Report
from jobdash.report.chaos import ArmedFault
from jobdash.report.task_figures import TaskFigures, read_figures
from jobdash.report.task_reads import NEWEST, TaskKey
from jobdash.report.task_stats import TaskStats

TREND_BINS = 12
# At the latest so often while jobs come and go, in a file with so many jobs that reading costs.
_AGAIN_AFTER, _LEAST_AFTER = 5 * MICROSECONDS, MICROSECONDS // 2
_STALE_AFTER = 60 * MICROSECONDS
_NOT_WORTH_TELLING = 2 * MICROSECONDS

Counts = Mapping[TaskKey, Mapping[State, int]]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task: what the app registered, if it did, its numbers, and its newest failure."""

    stats: TaskStats
    known: TaskType | None
    paused: bool
    last_failed: Job | None
    # When its ready jobs will have run.
    done: Range | None = None
    # The fault that its next runs will have on purpose.
    armed: ArmedFault | None = None

    @property
    def key(self) -> TaskKey:
        """What makes it the same task later."""
        return self.stats.queue, self.stats.task

    @property
    def name(self) -> str:
        """The task's whole name."""
        return self.stats.task


@dataclass(frozen=True, slots=True)
class TasksPage:
    """All tasks, those that are registered and those that only have jobs, by name.

    `runs_at` is the moment that durations and last runs are of, None if they are of now.
    """

    rows: tuple[TaskRow, ...]
    queues: int
    runs_at: int | None = None


class TaskMemory:
    """Keeps the costly figures for some seconds. Used in the reader's thread alone."""

    def __init__(self) -> None:
        self._found = TaskFigures()
        self._version: tuple[Report, int] | None = None
        self._read_at = 0
        self.runs_at: int | None = None
        self.done: Mapping[TaskKey, Range] = {}

    def figures(self, report: Report, counts: Counts, queue: str | None, now: int) -> TaskFigures:
        """Return the figures, read again if the file has changed since a while ago.

        The fewer jobs, the sooner; `runs_at` is when it was if that takes seconds.
        """
        # Not whether the counts have changed: a retry that fails again leaves them as they were.
        # Before the reading: what is written meanwhile then makes it be read again.
        version = (report, report.data_version())
        is_same = version == self._version
        if self._version is None or self._is_due(is_same, _jobs(counts), now):
            self._found = read_figures(report, counts, self._found, now, TREND_BINS, queue)
            self.done = _done(report, {name for name, _ in counts}, now)
            self._version, self._read_at = version, now
            is_same = True
        is_old = not 0 <= now - self._read_at < _NOT_WORTH_TELLING
        self.runs_at = self._read_at if is_old and not is_same else None
        return self._found

    def _is_due(self, is_same: bool, jobs: int, now: int) -> bool:
        wait = min(_AGAIN_AFTER, max(_LEAST_AFTER, _AGAIN_AFTER * jobs // NEWEST))
        # The trend goes on even if nothing happens.
        return not 0 <= now - self._read_at < (_STALE_AFTER if is_same else wait)


def _jobs(counts: Counts) -> int:
    return sum(sum(states.values()) for states in counts.values())


def _done(report: Report, queues: Iterable[str], now: int) -> dict[TaskKey, Range]:
    outlooks = {queue: report.outlook(queue, now) for queue in queues}
    return {(queue, task): one for queue in outlooks for task, one in outlooks[queue].tasks.items()}


@dataclass(frozen=True, slots=True)
class TasksPageQuestion:
    """The tasks of one queue, or of all."""

    queue: str | None
    memory: TaskMemory

    def answer(self, report: Report, now: int) -> TasksPage:
        """Read them."""
        known = {(task.queue, task.name): task for task in report.tasks()}
        known = {key: task for key, task in known.items() if self.queue in (None, key[0])}
        counts = report.task_counts(self.queue)
        found = self.memory.figures(report, counts, self.queue, now)
        pauses = frozenset(report.pauses())
        armed = {(one.queue, one.task): one for one in report.chaos()}
        keys = sorted(known.keys() | counts.keys(), key=lambda key: (key[1], key[0]))
        rows = [
            TaskRow(
                found.stats(key, counts.get(key, {})),
                known.get(key),
                bool({key, (key[0], "")} & pauses),
                found.last_failed.get(key),
                self.memory.done.get(key),
                armed.get(key),
            )
            for key in keys
        ]
        queues = len({queue for queue, _ in keys})
        return TasksPage(tuple(rows), queues, self.memory.runs_at)
