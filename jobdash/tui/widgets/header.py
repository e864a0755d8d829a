"""The first line: which file, how much of everything, how fast, and whether it is live."""

from collections.abc import Sequence
from typing import NamedTuple

from jobdash.job import Worker
from jobdash.text import clean, compact_count, format_age, format_count
from jobdash.tui.asking.questions import Head
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import CREW, HEAD
from jobdash.tui.looks.spans import Span, Spans, width_of
from jobdash.tui.looks.theme import ACCENT, ALARM, BOLD, FAINT, GOOD, INK, PLAIN, SOFT, WARN
from jobdash.tui.widgets.line import Line, Sides

_ROOMY = 110
_LEVELS = "▁▂▃▄▅▆▇█"
_SPARK_CELLS = 20
_LONG_WAIT = 120_000_000
_FROZEN: Spans = (("frozen ", WARN),)
_LIVE: Spans = (("live ", GOOD),)
_COPY: Spans = (("copy ", WARN),)
_PAUSED: Spans = (("paused ", WARN),)


class Part(NamedTuple):
    """A part of the line. The lower its rank, the longer it stays when there is less room."""

    rank: int
    spans: Spans


class Header(Line):
    """Counts, workers, rates, the oldest waiting job and the live mark in one line."""

    DEFAULT_CSS = "Header { height: 1; background: $raised; }"

    def __init__(self, file_name: str, queue: str | None, *, is_copy: bool = False) -> None:
        super().__init__(id="header")
        self._queue = queue
        self._place = clean(file_name if queue is None else f"{file_name} · {queue}")
        self._snapshot = Snapshot()
        self._now = 0
        self.is_frozen = False
        self._is_copy = is_copy

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show what is known now."""
        self._snapshot, self._now = snapshot, now
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return what fits, and the live mark."""
        mark = _FROZEN if self.is_frozen else _live_mark(self._snapshot, self._now)
        if mark == _LIVE:
            mark = _COPY if self._is_copy else self._pace_mark()
        roomy = width >= _ROOMY
        parts = self._parts(self._snapshot.value(HEAD), roomy)
        # A cell stays free before the mark.
        return _joined(parts, width - width_of(mark) - 1, 3 if roomy else 2), mark

    def _pace_mark(self) -> Spans:
        """Say that nothing is started, where somebody has paused everything, or what is not."""
        head = self._snapshot.value(HEAD)
        pauses = head.pauses if head else frozenset()
        paused = {queue for queue, task in pauses if not task}
        shown = {*(head.queues if head else ())} if self._queue is None else {self._queue}
        if shown and shown <= paused:
            return _PAUSED
        count = sum(queue in shown for queue, _ in pauses)
        return ((f"{count} paused ", WARN),) if count else _LIVE

    def _parts(self, head: Head | None, roomy: bool) -> list[Part]:
        name: Spans = ((" jobdash", BOLD), (f"  {self._place}", ACCENT))
        if head is None:
            return [Part(0, name)]
        return [
            Part(0, name),
            Part(2, _total(head, roomy)),
            Part(1, _workers(self._runners(head))),
            Part(4, _rates(head, roomy)),
            Part(3, _oldest(head, self._now)),
            *([Part(5, _spark(head))] if roomy else []),
        ]

    def _runners(self, head: Head) -> Sequence[Worker]:
        """Return those that the place of the workers shows, if it is there: both say the same."""
        crew = self._snapshot.value(CREW)
        return head.runners if crew is None else crew.runners


def _joined(parts: Sequence[Part], room: int, gap_cells: int) -> Spans:
    """Join the parts that fit; those of the highest rank are the first to go."""
    left = list(parts)
    while left:
        line = _with_gaps([part.spans for part in left], gap_cells)
        if width_of(line) <= room:
            return line
        left.remove(max(left, key=lambda part: part.rank))
    return ()


def _with_gaps(parts: Sequence[Spans], cells: int) -> Spans:
    line: list[Span] = []
    for part in parts:
        line += [*([(" " * cells, PLAIN)] if line else []), *part]
    return tuple(line)


def _total(head: Head, roomy: bool) -> Spans:
    number = format_count(head.total) if roomy else compact_count(head.total)
    return (number, BOLD), (" job" if head.total == 1 else " jobs", SOFT)


def _workers(runners: Sequence[Worker]) -> Spans:
    if not runners:
        return (("no workers", WARN),)
    busy = sum(worker.job is not None for worker in runners)
    return (f"{busy}/{len(runners)}", BOLD), (" busy", SOFT)


def _rates(head: Head, roomy: bool) -> Spans:
    arriving, leaving = head.tempo.arriving, head.tempo.leaving
    width = 5 if roomy else 4
    return (
        ("in ", SOFT), (rate(arriving).ljust(width), INK),
        (" out ", SOFT), (f"{rate(leaving)}/s".ljust(width + (2 if roomy else 1)), INK),
    )  # fmt: skip


def rate(per_second: float) -> str:
    """Write a rate in at most five cells."""
    if per_second < 0.05:
        return "0"
    return f"{per_second:.1f}" if per_second < 10 else compact_count(round(per_second))


def _oldest(head: Head, now: int) -> Spans:
    if head.oldest_pending_at is None:
        return (("queue empty".ljust(14), FAINT),)
    age = now - head.oldest_pending_at
    style = WARN if age > _LONG_WAIT else INK
    return ("oldest ", SOFT), (format_age(now, head.oldest_pending_at).ljust(7), style)


def _spark(head: Head) -> Spans:
    ended = head.tempo.ended[-_SPARK_CELLS:]
    highest = max(ended, default=0)
    if not highest:
        return ()
    bars = "".join(_LEVELS[min(7, count * 8 // (highest + 1))] if count else " " for count in ended)
    return ((bars.rjust(_SPARK_CELLS), GOOD),)


def _live_mark(snapshot: Snapshot, now: int) -> Spans:
    if snapshot.trouble and snapshot.trouble_since is not None:
        return ((f"stale {format_age(now, snapshot.trouble_since)} ", ALARM),)
    if not snapshot.answers:
        return (("reading ", FAINT),)
    return _LIVE
