"""The first line: which file, how much of everything, how fast, and whether it is live."""

from jobdash.text import clean, compact_count, format_age, format_count
from jobdash.tui.questions import Head
from jobdash.tui.snapshot import Snapshot
from jobdash.tui.spans import Span, Spans, width_of
from jobdash.tui.theme import ACCENT, ALARM, BOLD, FAINT, GOOD, INK, PLAIN, SOFT, WARN
from jobdash.tui.topics import HEAD
from jobdash.tui.widgets.line import Line, Sides

_ROOMY = 110
_LEVELS = "▁▂▃▄▅▆▇█"
_SPARK_CELLS = 20
_LONG_WAIT = 120_000_000


class Header(Line):
    """Counts, workers, rates, the oldest waiting job and the live mark in one line."""

    DEFAULT_CSS = "Header { height: 1; background: $raised; }"

    def __init__(self, file_name: str, queue: str | None) -> None:
        super().__init__(id="header")
        self._place = clean(file_name if queue is None else f"{file_name} · {queue}")
        self._snapshot = Snapshot()
        self._now = 0

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show what is known now."""
        self._snapshot, self._now = snapshot, now
        self.redraw()

    def sides(self, width: int) -> Sides:
        """Return what fits, and the live mark."""
        mark = _live_mark(self._snapshot, self._now)
        roomy = width >= _ROOMY
        parts = self._parts(self._snapshot.value(HEAD), roomy)
        return _joined(parts, width - width_of(mark), 3 if roomy else 2), mark

    def _parts(self, head: Head | None, roomy: bool) -> list[Spans]:
        name: Spans = ((" jobdash", BOLD), (f"  {self._place}", ACCENT))
        if head is None:
            return [name]
        return [
            name,
            _total(head, roomy),
            _workers(head),
            _rates(head, roomy),
            _oldest(head, self._now),
            *([_spark(head)] if roomy else []),
        ]


def _joined(parts: list[Spans], room: int, gap_cells: int) -> Spans:
    """Join the parts that fit; the later ones are the first to go."""
    line: list[Span] = []
    for part in parts:
        gap: Spans = ((" " * gap_cells, PLAIN),) if line else ()
        if width_of((*line, *gap, *part)) > room:
            break
        line += [*gap, *part]
    return tuple(line)


def _total(head: Head, roomy: bool) -> Spans:
    number = format_count(head.total) if roomy else compact_count(head.total)
    return (number, BOLD), (" job" if head.total == 1 else " jobs", SOFT)


def _workers(head: Head) -> Spans:
    runners = head.runners
    if not runners:
        return (("no workers", WARN),)
    busy = sum(worker.job is not None for worker in runners)
    return (f"{busy}/{len(runners)}", BOLD), (" busy", SOFT)


def _rates(head: Head, roomy: bool) -> Spans:
    arriving, leaving = head.tempo.arriving, head.tempo.leaving
    width = 5 if roomy else 4
    return (
        ("in ", SOFT), (rate(arriving).ljust(width), INK),
        (" out ", SOFT), (f"{rate(leaving)}/s".ljust(width + 2), INK),
    )  # fmt: skip


def rate(per_second: float) -> str:
    """Write a rate in at most five cells."""
    if per_second < 0.05:
        return "0"
    return f"{per_second:.1f}" if per_second < 10 else compact_count(round(per_second))


def _oldest(head: Head, now: int) -> Spans:
    if head.oldest_pending_at is None:
        return (("nothing waits".ljust(14), FAINT),)
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
    return (("live ", GOOD),)
