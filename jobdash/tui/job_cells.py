"""What the columns of the jobs list say about one job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rich.style import Style

from jobdash.job import MICROSECONDS, Job, State
from jobdash.render import duration, error_text
from jobdash.render.calls import summary
from jobdash.text import clean, clock, format_age, format_duration
from jobdash.tui.spans import Span, Spans
from jobdash.tui.theme import FAINT, INK, LOOKS, SOFT, WARN

_LONGEST = 400
# Terminals disagree about how wide these make the character before them: columns would not align.
_UNSTEADY = dict.fromkeys([0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)])
_BAR_CELLS = 8
_QUIET = frozenset({State.SUCCEEDED, State.CANCELLED, State.EXPIRED, State.DISCARDED})


@dataclass(frozen=True, slots=True)
class Present:
    """The moment a list is drawn in: the time, and the names of the workers."""

    now: int = 0
    workers: Mapping[int, str] = field(default_factory=dict)


def words(text: str) -> str:
    """Return text from outside as one harmless line, cut where no line would show more."""
    line = clean(text[:_LONGEST])
    return line if line.isascii() else line.translate(_UNSTEADY)


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


def short_task(name: str) -> str:
    """Return the end of a task's name, which tells it from others: module and function."""
    return words(".".join(name.rsplit(".", 2)[-2:])) or "(unknown)"


def priority_cell(job: Job, _: Present) -> Spans:
    """The priority, faint if it is the usual one."""
    return ((f"{job.priority:g}", FAINT if job.priority == 0 else SOFT),)


def created_cell(job: Job, _: Present) -> Spans:
    """The local time of day."""
    return ((clock(job.created_at), FAINT),)


def age_cell(job: Job, present: Present) -> Spans:
    """How long ago it was enqueued, in its largest unit: a page of ticking seconds is no calm."""
    return ((rough_age(present.now, job.created_at), SOFT),)


def rough_age(now: int, then: int) -> str:
    """Return an age in at most four cells: `9s`, `28m`, `3h`, `99d`."""
    return format_age(now, then).partition(" ")[0]


def took_cell(job: Job, present: Present) -> Spans:
    """How long the newest run took, or has taken so far."""
    taken = run_time(job, present.now)
    if taken is None:
        return (("-", FAINT),)
    return ((format_duration(taken), _ink(job)),)


def try_cell(job: Job, _: Present) -> Spans:
    """Attempts used of those allowed."""
    used = attempts_used(job)
    return ((f"{used}/{job.retries + 1}", WARN_LIGHT if used > 1 else FAINT),)


WARN_LIGHT = Style(color=WARN.color)


def run_time(job: Job, now: int) -> float | None:
    """Return the seconds of the newest run, None if there was none or its end is unknown."""
    if job.state is State.RUNNING and job.started_at is not None:
        return max(0.0, (now - job.started_at) / MICROSECONDS)
    return duration(job)


def attempts_used(job: Job) -> int:
    """Return how many of the allowed attempts have been made, the present one included."""
    return job.failures + (job.state in (State.RUNNING, State.SUCCEEDED))


def last_words(job: Job, present: Present) -> Spans:
    """Return what matters most about the job as it stands."""
    say = _SAYINGS.get(job.state)
    said = say(job, present) if say else ()
    return (*_flags(job), *(said or ((arguments(job), FAINT),)))


def arguments(job: Job) -> str:
    """Return the arguments in one line, as they would stand between the call's brackets."""
    return _arguments(job.args, job.kwargs)


@lru_cache(maxsize=4096)
def _arguments(args: str, kwargs: str) -> str:
    # Kept, because the same rows are looked at again with every change and every second.
    return words(summary(args, kwargs))


def progress(job: Job) -> Spans:
    """Return a bar with its numbers and note, nothing if the job reported no progress."""
    done, total = job.progress_done, job.progress_total
    note = words(job.progress_note or "")
    if done is None and not note:
        return ()
    if done is None or not total or total < 0:
        return ((" ".join(filter(None, (_number(done), note))), INK),)
    share = min(1.0, max(0.0, done / total))
    return (*bar(share, _BAR_CELLS), (f" {share:4.0%} {note or f'{done:,}/{total:,}'}", INK))


def bar(share: float, cells: int) -> Spans:
    """Return a bar that is filled to a share of its cells."""
    filled = round(share * cells)
    return (
        ("█" * filled, LOOKS[State.RUNNING].style),
        ("░" * (cells - filled), FAINT),
    )


def _number(done: int | None) -> str:
    return "" if done is None else f"{done:,}"


def _ink(job: Job) -> Style:
    return SOFT if job.state in _QUIET else INK


def _flags(job: Job) -> Spans:
    if job.is_final:
        return ()
    flags = (
        ("stopping ", job.cancel_requested_at is not None),
        ("revoked ", job.revoked),
        ("held ", job.held),
    )
    return tuple((word, WARN) for word, is_set in flags if is_set)


def _running(job: Job, present: Present) -> Spans:
    where: Span = (f"{words(present.workers.get(job.worker or 0, ''))} ".lstrip(), FAINT)
    return (where, *(progress(job) or ((arguments(job), FAINT),)))


def _retrying(job: Job, present: Present) -> Spans:
    due = f"{due_in(job, present.now)}  "
    return ((due, LOOKS[State.RETRYING].style), (words(error_text(job)), SOFT))


def _scheduled(job: Job, present: Present) -> Spans:
    when = "" if job.eta is None else f" ({clock(job.eta)})"
    due = f"{due_in(job, present.now)}{when}  "
    return ((due, LOOKS[State.SCHEDULED].style), (arguments(job), FAINT))


def due_in(job: Job, now: int) -> str:
    """Return when a delayed job's turn comes."""
    if job.eta is None or job.eta < now + MICROSECONDS:
        return "due now"
    return f"in {format_age(job.eta, now)}"


def _failed(job: Job, _: Present) -> Spans:
    return ((words(job.error_type or ""), Style(color=LOOKS[State.FAILED].style.color)), *_why(job))


def _why(job: Job) -> Spans:
    said = words(job.error_message or "") or words(job.reason or "")
    return ((f"  {said}" if job.error_type else said, SOFT),)


def _succeeded(job: Job, _: Present) -> Spans:
    if job.result in (None, "", "null"):
        return ()
    return (("→ ", FAINT), (words(job.result or ""), FAINT))


def _ended(job: Job, _: Present) -> Spans:
    said = words(job.reason or "") or words(error_text(job))
    return ((said, FAINT),) if said else ()


def _waiting(job: Job, _: Present) -> Spans:
    after = "for the other members  " if job.after is None else f"after #{job.after}  "
    return ((after, SOFT), (arguments(job), FAINT))


_SAYINGS = {
    State.RUNNING: _running,
    State.RETRYING: _retrying,
    State.SCHEDULED: _scheduled,
    State.WAITING: _waiting,
    State.FAILED: _failed,
    State.SUCCEEDED: _succeeded,
    State.CANCELLED: _ended,
    State.EXPIRED: _ended,
    State.DISCARDED: _ended,
}
