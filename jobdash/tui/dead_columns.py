"""Which columns the list of dead letters has, and what they say about a group."""

from collections.abc import Sequence

from jobdash.job import State
from jobdash.text import format_count
from jobdash.tui.dead_letters import DeadGroup, DeadLetters
from jobdash.tui.present import Present, rough_age, short_task, words
from jobdash.tui.spans import Spans
from jobdash.tui.theme import ALARM, BOLD, FAINT, INK, LOOKS, SOFT, WARN
from jobdash.tui.widgets.columns import Column

_WIDE = 94


def dead_columns(width: int) -> Sequence[Column[DeadGroup, Present]]:
    """Return the columns for `width` cells."""
    wide = width >= _WIDE
    return [
        Column("jobs", 6, _count, "right"),
        Column("error", 24 if wide else 17, _error_type),
        Column("task", 26 if wide else 18, _task),
        *([Column("first", 5, _first, "right")] if wide else []),
        Column("last", 5, _last, "right"),
        Column("newest message", 0, _message),
    ]


def dead_summary(dead: DeadLetters, marked: int) -> Spans:
    """Return how many there are, in one line."""
    groups = "1 group" if len(dead.groups) == 1 else f"{len(dead.groups)} groups"
    parts: Spans = (
        (f" {format_count(dead.total)}", ALARM if dead.total else SOFT),
        (" failed", SOFT),
        (f"   {groups}", SOFT),
    )
    if dead.examined < dead.total:
        parts += ((f"   of the newest {format_count(dead.examined)}", FAINT),)
    return parts if not marked else (*parts, (f"   {marked} marked", WARN))


def _count(group: DeadGroup, _: Present) -> Spans:
    return ((format_count(len(group.seqs)), BOLD),)


def _error_type(group: DeadGroup, _: Present) -> Spans:
    return ((words(group.error_type) or "(no error)", LOOKS[State.FAILED].style),)


def _task(group: DeadGroup, _: Present) -> Spans:
    return ((short_task(group.task), INK),)


def _first(group: DeadGroup, present: Present) -> Spans:
    return ((rough_age(present.now, group.first_at), FAINT),)


def _last(group: DeadGroup, present: Present) -> Spans:
    return ((rough_age(present.now, group.last_at), SOFT),)


def _message(group: DeadGroup, _: Present) -> Spans:
    newest = group.newest
    return ((words(newest.error_message or newest.reason or ""), SOFT),)
