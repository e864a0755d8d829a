"""What the columns of the jobs list say about one job."""

from rich.style import Style

from jobdash.job import MICROSECONDS, Job, State
from jobdash.render import duration, tries_used
from jobdash.text import format_duration
from jobdash.tui.looks.present import Present, day_or_clock, rough_age, short_task
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import FAINT, INK, LOOKS, SOFT, WARN

_QUIET = frozenset({State.SUCCEEDED, State.CANCELLED, State.EXPIRED, State.DISCARDED})
_WARN_LIGHT = Style(color=WARN.color)


def state_cell(job: Job, _: Present) -> Spans:
    """Glyph and word."""
    look = LOOKS[job.state]
    return ((f"{look.glyph} {job.state}", look.style),)


def seq_cell(job: Job, _: Present) -> Spans:
    """The short handle."""
    return ((f"#{job.seq}", SOFT),)


def task_cell(job: Job, _: Present) -> Spans:
    """The name of the task."""
    return ((short_task(job.task), _ink(job)),)


def priority_cell(job: Job, _: Present) -> Spans:
    """The priority, faint if it is the usual one."""
    return ((f"{job.priority:g}", FAINT if job.priority == 0 else SOFT),)


def created_cell(job: Job, present: Present) -> Spans:
    """The local time of day, or the date of an older day."""
    return ((day_or_clock(job.created_at, present.now), FAINT),)


def age_cell(job: Job, present: Present) -> Spans:
    """How long ago it was enqueued, in its largest unit: a page of ticking seconds is no calm."""
    return ((rough_age(present.now, job.created_at), SOFT),)


def took_cell(job: Job, present: Present) -> Spans:
    """How long the newest run took, or has taken so far."""
    taken = run_time(job, present.now)
    if taken is None:
        return (("-", FAINT),)
    return ((format_duration(taken), _ink(job)),)


def try_cell(job: Job, _: Present) -> Spans:
    """Attempts used of those allowed."""
    used = tries_used(job)
    return ((f"{used}/{job.retries + 1}", _WARN_LIGHT if used > 1 else FAINT),)


def run_time(job: Job, now: int) -> float | None:
    """Return the seconds of the newest run, None if there was none or its end is unknown."""
    if job.state is State.RUNNING and job.started_at is not None:
        return max(0.0, (now - job.started_at) / MICROSECONDS)
    return duration(job)


def _ink(job: Job) -> Style:
    return SOFT if job.state in _QUIET else INK
