"""Which columns the list of dead letters has, and what they say about a group."""

from collections.abc import Sequence

from jobdash.job import State
from jobdash.report import DeadGroup
from jobdash.text import format_count, shorten
from jobdash.tui.asking.dead_letters import DeadLetters
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.present import Present, rough_age, short_task, words
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import ALARM, BOLD, FAINT, INK, LOOKS, SOFT, WARN

_LONGEST = 160
_WIDE, _VERY_WIDE = 94, 110


def dead_columns(width: int) -> Sequence[Column[DeadGroup, Present]]:
    """Return the columns for `width` cells."""
    wide = width >= _WIDE
    return [
        Column("jobs", 6 if wide else 5, _count, "right"),
        Column("error", 22 if wide else 15, _error_type),
        # As wide as in the list of jobs: a task is called the same in both.
        Column("task", 18, _task),
        *([Column("where", 26, _where)] if width >= _VERY_WIDE else []),
        *([Column("first", 5, _first, "right")] if wide else []),
        Column("last", 5, _last, "right"),
        Column("newest message", 0, _message),
    ]


def dead_words(group: DeadGroup) -> str:
    """Say which group it is: `send_invoice: TimeoutError: upstream did not answer`."""
    error = group.newest.error_type or "no error"
    message = group.newest.error_message or group.newest.reason or ""
    more = len(group.tasks) - 1
    tasks = short_task(group.tasks[0]) + (f" and {more} more" if more else "")
    return shorten(words(": ".join(filter(None, (tasks, error, message)))), _LONGEST)


def dead_summary(dead: DeadLetters, marked: int) -> Spans:
    """Return how many there are, in one line."""
    groups = "1 group" if dead.all_groups == 1 else f"{format_count(dead.all_groups)} groups"
    parts: Spans = (
        (f" {format_count(dead.jobs)}", ALARM if dead.jobs else SOFT),
        (" failed", SOFT),
        (f"   {groups}", SOFT),
    )
    if len(dead.groups) < dead.all_groups:
        parts += ((f"   the largest {format_count(len(dead.groups))} are shown", FAINT),)
    return parts if not marked else (*parts, (f"   {marked} marked", WARN))


def _count(group: DeadGroup, _: Present) -> Spans:
    return ((format_count(group.jobs), BOLD),)


def _error_type(group: DeadGroup, _: Present) -> Spans:
    name = words(group.newest.error_type or "") or "(no error)"
    return ((name, LOOKS[State.FAILED].style),)


def _task(group: DeadGroup, _: Present) -> Spans:
    more = len(group.tasks) - 1
    return ((short_task(group.tasks[0]), INK), (f" +{more}" if more else "", FAINT))


def _where(group: DeadGroup, _: Present) -> Spans:
    # The folders would take the room of the function; `jobdash dead` tells them.
    return ((words((group.newest.error_where or "").rpartition("/")[2]), SOFT),)


def _first(group: DeadGroup, present: Present) -> Spans:
    return ((rough_age(present.now, group.first_at), FAINT),)


def _last(group: DeadGroup, present: Present) -> Spans:
    return ((rough_age(present.now, group.last_at), SOFT),)


def _message(group: DeadGroup, _: Present) -> Spans:
    newest = group.newest
    return ((words(newest.error_message or newest.reason or ""), SOFT),)
