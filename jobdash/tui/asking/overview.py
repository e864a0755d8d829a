"""What the overview asks: the pace over a stretch of time, the last failures, what comes next."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobdash.forecast import Range
from jobdash.job import ACTIVE, MICROSECONDS, Job, State
from jobdash.report import Report
from jobdash.report.outlook import FileFacts
from jobdash.report.rates import NOTED_EVERY, Axis, Column, History, Point, axis, columns, joined
from jobdash.report.task_reads import TaskKey
from jobdash.report.task_stats import TaskStats

_SHOWN = 8
_READ_AGAIN_AFTER = 3 * MICROSECONDS
_SEEN = 31


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time up to now: its name, its seconds, and the widths a column can have."""

    name: str
    seconds: int
    widths: tuple[int, ...]

    def axis(self, now: int, room: int) -> Axis:
        """Return as many columns as there is room for."""
        fitting = (width for width in self.widths if self.seconds // width <= room)
        width = next(fitting, self.widths[-1])
        return axis(now, width * MICROSECONDS, self.seconds // width)


STRETCHES = (
    Stretch("5 min", 300, (10, 20, 30, 60)),
    Stretch("1 h", 3600, (60, 120, 180, 300, 600)),
    Stretch("24 h", 86400, (900, 1800, 3600, 7200, 14400)),
)


class Trace:
    """What has been seen of each queue while one looked on, once in ten seconds.

    It fills the time after the last note, and holds the notes that need not be read again yet.
    Used in the reader's thread alone.
    """

    def __init__(self) -> None:
        self._seen: dict[str, deque[Point]] = {}
        self._noted: Mapping[str, Sequence[Point]] = {}
        self._read_at = 0
        self._read_for: Axis | None = None
        self._looked_at = 0
        self._done: Range | None = None

    def histories(
        self, report: Report, over: Axis, queue: str | None, now: int
    ) -> Iterator[History]:
        """Read what is new and yield all that is known over that time."""
        points = report.points_now(now, queue)
        for name, point in points.items():
            self._see(self._seen.setdefault(name, deque(maxlen=_SEEN)), point)
        if over != self._read_for or not 0 <= now - self._read_at < _READ_AGAIN_AFTER:
            self._noted = report.noted_points(over, queue)
            self._read_for, self._read_at = over, now
        for name in points:
            yield joined(self._noted.get(name, ()), self._seen[name])

    def all_done(self, report: Report, queues: Sequence[str], now: int) -> Range | None:
        """Return when what is ready in these queues will have run, read anew now and then."""
        if not 0 <= now - self._looked_at < _READ_AGAIN_AFTER:
            outlooks = (report.outlook(queue, now) for queue in queues)
            ends = [one.all_done for one in outlooks if one.all_done is not None]
            least = max((end.least for end in ends), default=0.0)
            self._done = Range(least, max(end.most for end in ends)) if ends else None
            self._looked_at = now
        return self._done

    @staticmethod
    def _see(seen: deque[Point], point: Point) -> None:
        if seen and point.at < seen[-1].at:
            # The clock was set back: what was seen belongs to another time.
            seen.clear()
        if seen and point.at // NOTED_EVERY == seen[-1].at // NOTED_EVERY and len(seen) > 1:
            seen.pop()
        seen.append(point)


@dataclass(frozen=True, slots=True)
class Overview:
    """The pace in columns, the jobs that failed last, those due next, and the file."""

    stretch: Stretch
    columns: tuple[Column, ...]
    failures: tuple[Job, ...]
    due: tuple[Job, ...]
    tasks: tuple[TaskStats, ...]
    file: FileFacts
    # When what is ready now will have run, from now on; None: nothing is ready, or nobody knows.
    all_done: Range | None = None

    @property
    def arrived(self) -> int:
        """How many jobs arrived in all."""
        return sum(column.arrived for column in self.columns)

    @property
    def ended(self) -> int:
        """How many jobs ended in all."""
        return sum(column.ended for column in self.columns)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(column.failed for column in self.columns)


@dataclass(frozen=True, slots=True)
class OverviewQuestion:
    """The overview of one queue or of all, over a stretch of time, for so many columns."""

    queue: str | None
    stretch: Stretch
    room: int
    trace: Trace

    def answer(self, report: Report, now: int) -> Overview:
        """Read it."""
        over = self.stretch.axis(now, self.room)
        queues = report.queues() if self.queue is None else [self.queue]
        return Overview(
            self.stretch,
            columns(self.trace.histories(report, over, self.queue, now), over),
            tuple(report.last_failed(_SHOWN, self.queue)),
            tuple(report.next_due(_SHOWN, queues)),
            _worst(report.task_counts(self.queue)),
            report.file_facts(),
            self.trace.all_done(report, queues, now),
        )


def _worst(counts: Mapping[TaskKey, Mapping[State, int]]) -> tuple[TaskStats, ...]:
    """Return the tasks that fail most, then those with the most to do."""
    tasks = [TaskStats(*key, one) for key, one in counts.items()]
    tasks.sort(key=lambda task: (-task.count(State.FAILED), -task.count(*ACTIVE), task.task))
    return tuple(tasks[:_SHOWN])
