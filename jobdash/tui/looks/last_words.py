"""What matters most about a job as it stands: its error, progress, result or arguments."""

from functools import lru_cache

from rich.style import Style

from jobdash.forecast import share_done, time_left
from jobdash.job import MICROSECONDS, Amount, Job, State
from jobdash.render import amount_text, error_text, pace_text
from jobdash.render.calls import summary
from jobdash.text import clock, format_age
from jobdash.tui.looks.present import Present, words
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import FAINT, INK, LOOKS, SOFT, WARN

_BAR_CELLS = 8


def last_words(job: Job, present: Present) -> Spans:
    """Return what matters most about the job as it stands."""
    say = _SAYINGS.get(job.state)
    said = say(job, present) if say else ()
    return (*_flags(job, present), *(said or ((arguments(job), FAINT),)))


def arguments(job: Job) -> str:
    """Return the arguments in one line, as they would stand between the call's brackets."""
    return _arguments(job.args, job.kwargs)


@lru_cache(maxsize=4096)
def _arguments(args: str, kwargs: str) -> str:
    # Kept, because the same rows are looked at again with every change and every second.
    return words(summary(args, kwargs))


def progress(job: Job, now: int, cells: int = _BAR_CELLS) -> Spans:
    """Return a bar with numbers, pace and note, nothing if the job reported no progress."""
    done, total, share = job.progress_done, job.progress_total, share_done(job)
    note, pace = words(job.progress_note or ""), pace_text(job, now)
    if done is None and not note:
        return ()
    if done is None or not total or share is None:
        told = "  ".join(filter(None, (_number(done), note, pace)))
        return ((told, INK),)
    counted = f"{_number(done)}/{_number(total)}"
    left = time_left(job, now)
    told = "  ".join(filter(None, (f"{left.text()} left" if left else "", note or counted)))
    return (*bar(share, cells), (f" {share:4.0%} {told}", INK))


def bar(share: float, cells: int) -> Spans:
    """Return a bar that is filled to a share of its cells."""
    filled = round(share * cells)
    return (
        ("█" * filled, LOOKS[State.RUNNING].style),
        ("░" * (cells - filled), FAINT),
    )


def _number(done: Amount | None) -> str:
    return "" if done is None else amount_text(done, ",")


def _flags(job: Job, present: Present) -> Spans:
    if job.is_final:
        return ()
    flags = (
        ("stopping ", job.cancel_requested_at is not None),
        ("stalled ", job.seq in present.stalled),
        ("revoked ", job.revoked),
        ("paused ", job.held or present.holds(job)),
    )
    return tuple((word, WARN) for word, is_set in flags if is_set)


def _running(job: Job, present: Present) -> Spans:
    where: Span = (f"{words(present.workers.get(job.worker or 0, ''))} ".lstrip(), FAINT)
    return (where, *(progress(job, present.now) or ((arguments(job), FAINT),)))


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


def _failed(job: Job, present: Present) -> Spans:
    return (
        *made_good(job, present),
        (words(job.error_type or ""), Style(color=LOOKS[State.FAILED].style.color)),
        *_why(job),
    )


def made_good(job: Job, present: Present) -> Spans:
    """Return which replay of a dead letter succeeded, nothing if none did."""
    replay = present.replayed.get(job.seq)
    return (
        () if replay is None else ((f"replayed ok as #{replay}  ", LOOKS[State.SUCCEEDED].style),)
    )


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
