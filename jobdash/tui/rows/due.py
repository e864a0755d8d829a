"""Which columns the schedule has, and what they say about a periodic task or a delayed job."""

from collections.abc import Callable, Sequence

from jobdash.job import Job, State
from jobdash.render import duration, error_text, rule_words, tries_used
from jobdash.report import Periodic
from jobdash.rule import next_moments
from jobdash.text import clock, format_age, format_count, format_duration, local_time
from jobdash.tui.asking.due import Due, DueWindow, Kind
from jobdash.tui.asking.due_order import next_of
from jobdash.tui.looks.chip import chip_spans
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.last_words import arguments
from jobdash.tui.looks.present import Present, rough_age, short_task, words, zone_name
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import FAINT, INK, LOOKS, SOFT, WARN

_WIDE, _VERY_WIDE = 94, 150
_OF_TODAY = len("08:00")
_PERIODIC_GLYPH = "↺"


def due_columns(width: int) -> Sequence[Column[Due, Present]]:
    """Return the columns for `width` cells."""
    wide = width >= _WIDE
    return [
        Column("next", 12 if wide else 9, _next),
        Column("in", 7, _in, "right"),
        Column("kind", 11, _kind),
        Column("task", 24 if wide else 15, _task),
        Column("when", 0, _when),
        *([Column("then", 50, _then)] if width >= _VERY_WIDE else []),
        Column("last", 4, _last, "right"),
        Column("end", 11, _outcome) if wide else Column("", 1, _sign),
        *([Column("took", 7, _took, "right")] if wide else []),
    ]


def _next(row: Due, present: Present) -> Spans:
    if isinstance(row, Periodic) and row.paused:
        return (("paused", WARN),)
    moment = next_of(row, present.now)
    return ((_moment(moment, present.now), INK) if moment else ("not known", FAINT),)


def _moment(moment: int, now: int) -> str:
    """Write it with its seconds if it is today: several may come in one minute."""
    told = local_time(moment, now)
    return clock(moment) if len(told) == _OF_TODAY else told


def _in(row: Due, present: Present) -> Spans:
    moment = next_of(row, present.now)
    if moment is None or (isinstance(row, Periodic) and row.paused):
        return (("-", FAINT),)
    return ((format_age(moment, present.now) if moment > present.now else "now", INK),)


def _kind(row: Due, _: Present) -> Spans:
    if isinstance(row, Periodic):
        return ((f"{_PERIODIC_GLYPH} periodic", SOFT),)
    look = LOOKS[row.state]
    return ((f"{look.glyph} {row.state}", look.style),)


def _task(row: Due, _: Present) -> Spans:
    return ((short_task(row.name if isinstance(row, Periodic) else row.task), INK),)


def _when(row: Due, _: Present) -> Spans:
    if isinstance(row, Periodic):
        return ((rule_words(row.rule), SOFT),)
    held: Spans = (("paused ", WARN),) if row.held else ()
    if row.state is State.RETRYING:
        tries = f"try {tries_used(row) + 1} of {row.retries + 1}: "
        return (*held, (tries, SOFT), (words(error_text(row)), FAINT))
    return (*held, (f"#{row.seq} ", SOFT), (arguments(row) or words(row.reason or ""), FAINT))


def _then(row: Due, present: Present) -> Spans:
    if isinstance(row, Job):
        return (("", FAINT),)
    later = next_moments(row.rule, present.now)[1:]
    return ((", ".join(local_time(moment, present.now) for moment in later), FAINT),)


def _last(row: Due, present: Present) -> Spans:
    last = last_of(row)
    if last is None:
        return (("-", FAINT),)
    return ((rough_age(present.now, last.started_at or last.created_at), SOFT),)


def _outcome(row: Due, _: Present) -> Spans:
    state = _end_of(row)
    if state is None:
        return (("-", FAINT),)
    return ((f"{LOOKS[state].glyph} {state}", LOOKS[state].style),)


def _sign(row: Due, _: Present) -> Spans:
    state = _end_of(row)
    return (("-", FAINT) if state is None else (LOOKS[state].glyph, LOOKS[state].style),)


def _end_of(row: Due) -> State | None:
    last = last_of(row)
    if last is None:
        return None
    return State.FAILED if isinstance(row, Job) else last.state


def _took(row: Due, _: Present) -> Spans:
    taken = duration(row.last) if isinstance(row, Periodic) and row.last else None
    return (("-", FAINT) if taken is None else (format_duration(taken), SOFT),)


def last_of(row: Due) -> Job | None:
    """Return the last run: of a periodic task its newest job, of a job that has failed itself."""
    if isinstance(row, Periodic):
        return row.last
    return row if row.state is State.RETRYING else None


def kind_chips(window: DueWindow, chosen: Kind) -> list[tuple[Kind, Spans]]:
    """Return each kind with its count; the chosen one stands out."""
    counts = {
        Kind.ALL: window.known + window.scheduled + window.retrying,
        Kind.PERIODIC: window.known,
        Kind.DELAYED: window.scheduled,
        Kind.RETRIES: window.retrying,
    }
    return [(kind, _chip(kind, count, kind is chosen)) for kind, count in counts.items()]


def _chip(kind: Kind, count: int, chosen: bool) -> Spans:
    return chip_spans(str(kind), format_count(count), chosen=chosen)


def zone(now: int) -> Span:
    """Say in which zone the times are."""
    return (f"local time ({zone_name(now)}) ", FAINT)


def periodic_facts(row: Periodic, present: Present, line: Callable[..., Spans]) -> list[Spans]:
    """Return what there is to know of a periodic task, one line each."""
    moments = next_moments(row.rule, present.now)
    upcoming = ", ".join(local_time(moment, present.now) for moment in moments)
    state: Spans = (("   paused: its times are skipped", WARN),) if row.paused else ()
    facts = [
        line("runs", (rule_words(row.rule), INK), *state),
        line("next", (upcoming or _WHY_UNKNOWN, INK)),
    ]
    if row.last is not None:
        look = LOOKS[row.last.state]
        ago = format_age(present.now, row.last.started_at or row.last.created_at)
        told: Spans = ((f"   {words(error_text(row.last))}", SOFT),)
        facts.append(
            line("last", (f"#{row.last.seq} {look.glyph} {row.last.state}", look.style),
                 (f"   {ago} ago", SOFT), *told)
        )  # fmt: skip
    facts.append(line("queue", (words(row.queue), INK)))
    return facts


_WHY_UNKNOWN = "not known: a pool finds it out within a minute"
