"""What the overview says in lines: states, alerts, the file; and the bars of its charts."""

from collections.abc import Sequence

from jobdash.forecast import Range
from jobdash.job import MICROSECONDS, State
from jobdash.report.alerts import Alert, Facts, alerts
from jobdash.report.outlook import FileFacts
from jobdash.text import clock, compact_count, format_age, format_count
from jobdash.tui.asking.overview import Overview
from jobdash.tui.asking.questions import Head
from jobdash.tui.looks.chart_lines import Bars
from jobdash.tui.looks.present import words
from jobdash.tui.looks.spans import Span, Spans, fitted
from jobdash.tui.looks.theme import BOLD, FAINT, INK, LOOKS, SOFT, WARN

NO_JOBS = (
    (" No jobs yet", BOLD),
    ("   n enqueues one; so does: jobdash enqueue TASK", SOFT),
)
# A glyph, the longest word, a compact number, and a gap.
_STATE_CELLS, _ROOMY_STATE, _WIDEST_STATE = 19, 23, 26
_DELAYED = (State.SCHEDULED, State.RETRYING)


def state_lines(head: Head, width: int, *, all_states: bool) -> list[Spans]:
    """Return how many jobs are in each state, or only in those that have some, in columns."""
    states = [state for state in State if all_states or head.counts[state]]
    lines = -(-len(states) // max(1, (width - 1) // _STATE_CELLS))
    in_a_line = -(-len(states) // max(1, lines))
    cells = min(_WIDEST_STATE, (width - 1) // max(1, in_a_line))
    return [
        (
            (" ", SOFT),
            *(span for state in states[at : at + in_a_line] for span in _state(state, head, cells)),
        )
        for at in range(0, len(states), max(1, in_a_line))
    ]


def _state(state: State, head: Head, cells: int) -> Spans:
    look, count = LOOKS[state], head.counts[state]
    number = format_count(count) if cells >= _ROOMY_STATE else compact_count(count)
    parts = (
        (f"{look.glyph} ", look.style if count else FAINT),
        (f"{state} ", SOFT if count else FAINT),
        (number, BOLD if count else FAINT),
    )
    return fitted(parts, cells)


def facts_of(head: Head, overview: Overview | None, queue: str | None = None) -> Facts:
    """Return what the alerts look at."""
    pools = [worker for worker in head.workers if worker.kind == "pool"]
    return Facts(
        pending=head.counts[State.PENDING],
        delayed=sum(head.counts[state] for state in _DELAYED),
        oldest_pending_at=head.oldest_pending_at,
        workers=sum(queue in (None, worker.queue) for worker in head.runners),
        pools=sum(queue in (None, pool.queue) for pool in pools),
        paused=_paused(head, queue),
        plain_messages=head.plain_messages,
        ended=0 if overview is None else overview.ended,
        failed=0 if overview is None else overview.failed,
        stalled=head.stalled,
        span="hour" if overview is None else overview.stretch.name,
    )


def _paused(head: Head, queue: str | None) -> list[tuple[str, str]]:
    """Return what is paused; of breakers their alerts tell."""
    broken = {(one.queue, one.broken_task) for one in head.alerts if one.broken_task}
    return sorted(one for one in head.pauses if queue in (None, one[0]) and one not in broken)


def alert_lines(
    head: Head, overview: Overview | None, now: int, queue: str | None = None
) -> list[Spans]:
    """Return what a person should look at, one line each."""
    if not head.total:
        return [NO_JOBS]
    # The notice above all places says it already.
    told = "no-worker" if head.pool is None else "plain-huey"
    found = alerts(facts_of(head, overview, queue), now)
    watched = [
        Alert(one.name, one.what, "B lets it go on" if one.broken_task else "")
        for one in head.alerts
    ]
    return [_alert(alert) for alert in (*watched, *found) if alert.name != told]


def _alert(alert: Alert) -> Spans:
    advice = f"   {words(alert.advice)}" if alert.advice else ""
    return ((" ! ", WARN), (words(alert.what), WARN), (advice, SOFT))


def file_line(file: FileFacts, head: Head | None) -> Spans:
    """Return the file's name and sizes, and the pool that works on it."""
    parts: list[Span] = [
        (" file ", FAINT),
        (words(file.name), INK),
        (f"  {size_text(file.size)}", SOFT),
        (f"  WAL {size_text(file.wal_size)}", SOFT),
    ]
    if head is not None and len(head.queues) > 1:
        parts.append((f"   {len(head.queues)} queues", SOFT))
    return tuple(parts)


def size_text(size: int) -> str:
    """Write a number of bytes as `812 B`, `4.1 MB`."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{size} B" if unit == "B" else f"{amount:.1f} {unit}"


def charts(head: Head, overview: Overview, now: int) -> tuple[Bars, Bars, Bars]:
    """Return what came in, what ended, and how many were ready."""
    found = overview.columns
    seconds = _width(overview) / MICROSECONDS
    first = clock(found[0].start_at)[:5] if found else ""
    span, ready = overview.stretch.name, head.counts[State.PENDING]
    arrived = tuple(column.arrived for column in found)
    ended = tuple(column.ended for column in found)
    failed = tuple(column.failed for column in found)
    depth = tuple(column.pending for column in found)
    told, short = _failed_notes(overview)
    waited, briefly = _oldest_notes(head, overview.all_done, now)
    return (
        Bars(_title("in", overview.arrived, span), (), (), arrived, (), seconds, first),
        Bars(_title("out", overview.ended), told, short, ended, failed, seconds, first),
        Bars(_title("pending", ready), waited, briefly, depth, (), 0.0, first),
    )


def _width(overview: Overview) -> int:
    return overview.stretch.seconds * MICROSECONDS // max(1, len(overview.columns))


def _title(word: str, count: int, span: str = "") -> Spans:
    time = ((f" in {span}", FAINT),) if span else ()
    return ((f" {word} ", INK), (compact_count(count), BOLD), *time)


def _failed_notes(overview: Overview) -> tuple[Spans, Spans]:
    look = LOOKS[State.FAILED]
    share = overview.failed / overview.ended if overview.ended else 0.0
    style = look.style if overview.failed else FAINT
    told = f"{compact_count(overview.failed)}" + (f" {share:.1%}" if overview.failed else "")
    return ((f"{look.glyph} failed {told}", style),), ((f"{look.glyph} {told}", style),)


def _oldest_notes(head: Head, done: Range | None, now: int) -> tuple[Spans, Spans]:
    if head.oldest_pending_at is None:
        return (("queue empty", FAINT),), ()
    age = (format_age(now, head.oldest_pending_at), INK)
    if done is None:
        return (("oldest ", FAINT), age), (age,)
    end = (("done ", FAINT), (done.when(), INK))
    return (("oldest ", FAINT), age, ("  ", FAINT), *end), end


def stretch_line(names: Sequence[str], chosen: str) -> Spans:
    """Return the stretches of time one can choose, the chosen one marked."""
    parts: list[Span] = [(" last ", FAINT)]
    for name in names:
        parts.append(
            (f"[{name}]" if name == chosen else f" {name} ", BOLD if name == chosen else SOFT)
        )
    return tuple(parts)
