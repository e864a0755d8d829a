"""Which columns the transition log has, and what they say about one line."""

from collections.abc import Sequence

from jobdash.job import MICROSECONDS, State
from jobdash.render import change_text, maker_text, reason_text
from jobdash.text import clock, format_count
from jobdash.transition import By, Transition
from jobdash.tui.asking.event_log import KINDS
from jobdash.tui.looks.chip import chip_spans
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.present import Present, day_and_clock, short_task, words
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import FAINT, INK, LOOKS, SOFT, WARN

_WIDE = 94
_DAY = 12 * 3600 * MICROSECONDS


def event_columns(width: int) -> Sequence[Column[Transition, Present]]:
    """Return the columns for `width` cells."""
    wide = width >= _WIDE
    return [
        Column("time", 15 if wide else 8, _precise if wide else _time),
        Column("job", 9 if wide else 7, _job, "right"),
        Column("task", 20 if wide else 14, _task),
        Column("what", 24 if wide else 13, _change if wide else _after),
        Column("by", 16 if wide else 9, _by),
        Column("why", 0, _why),
    ]


def _time(one: Transition, present: Present) -> Spans:
    is_old = present.now - one.at > _DAY
    return ((day_and_clock(one.at, present.now)[:6] if is_old else clock(one.at), FAINT),)


def _precise(one: Transition, present: Present) -> Spans:
    if present.now - one.at > _DAY:
        return ((day_and_clock(one.at, present.now), FAINT),)
    return ((f"{clock(one.at)}.{one.at % MICROSECONDS // 1000:03}", FAINT),)


def _job(one: Transition, _: Present) -> Spans:
    return (("" if one.seq is None else f"#{one.seq}", SOFT),)


def _task(one: Transition, _: Present) -> Spans:
    return (("" if one.seq is None else short_task(one.task), INK),)


def _change(one: Transition, present: Present) -> Spans:
    start: Spans = ((f"{one.before} → ", FAINT),) if one.before and one.after else ()
    return (*start, *_after(one, present))


def _after(one: Transition, _: Present) -> Spans:
    if one.after not in set(State):
        return ((words(change_text(one)), WARN if one.by is By.PERSON else INK),)
    look = LOOKS[State(one.after)]
    return ((f"{look.glyph} {one.after}", look.style),)


def _by(one: Transition, _: Present) -> Spans:
    style = WARN if one.by is By.PERSON else SOFT if one.by is By.WORKER else FAINT
    return ((words(maker_text(one)), style),)


def _why(one: Transition, _: Present) -> Spans:
    return ((words(reason_text(one)), FAINT),)


def kind_chips(counts: Sequence[int], chosen: str, *, has_older: bool) -> list[tuple[str, Spans]]:
    """Return each kind with its count; the chosen one stands out."""
    # Among the older lines, which have not been read, may be more of each.
    more = "+" if has_older else ""
    chips: list[tuple[str, Spans]] = []
    for kind, count in zip(KINDS, counts, strict=True):
        number = f"{format_count(count)}{more}"
        chips.append((kind, chip_spans(kind, number, chosen=kind == chosen)))
    return chips
