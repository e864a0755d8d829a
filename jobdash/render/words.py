"""A job in words, each on one line and harmless for a terminal."""

from collections.abc import Callable, Mapping, Sequence

from jobdash.job import MICROSECONDS, Attempt, Job, State
from jobdash.render.calls import summary
from jobdash.render.progress import pace_text, progress_text
from jobdash.text import clean, clock, format_age, format_duration

_SOON = 24 * 3600 * MICROSECONDS


def call_text(job: Job) -> str:
    """Return the call as Python would write it: `mail.send('a@example.org', retries=3)`."""
    return clean(f"{job.task or 'unknown task'}({summary(job.args, job.kwargs)})")


def arguments_text(job: Job) -> str:
    """Return the arguments alone, as between the brackets of a call."""
    return clean(summary(job.args, job.kwargs))


def error_text(job: Job) -> str:
    """Return the last error on one line, `TimeoutError: no answer`, or ''."""
    return clean(": ".join(filter(None, (job.error_type, job.error_message))))


def key_text(job: Job) -> str:
    """Return the idempotency key with its use, `order:7  for 1h 00m  asked for 3 times more`."""
    if job.key is None:
        return ""
    window, again = job.key_window, job.repeats
    held = "" if window is None else f"for {format_duration(window / MICROSECONDS)}"
    times = "once more" if again == 1 else f"{again:,} times more"
    return _joined(job.key, held, f"asked for {times}" if again else "")


def duration(job: Job, attempts: Sequence[Attempt] = ()) -> float | None:
    """Return the seconds that the last run took, or None if it runs, never ran or is not known.

    The attempts always tell; a job's row alone does so only if the job ended with its run.
    """
    if attempts:
        return attempt_duration(attempts[-1])
    if job.started_at is None or job.finished_at is None or not _ended_by_its_run(job):
        return None
    return _seconds(job.started_at, job.finished_at)


def attempt_duration(attempt: Attempt) -> float | None:
    """Return the seconds that a run took, or None while it goes on."""
    return None if attempt.ended_at is None else _seconds(attempt.started_at, attempt.ended_at)


def _seconds(start: int, end: int) -> float:
    # Whoever found a worker dead had only the wall clock, which may have been set back.
    return max(0, end - start) / MICROSECONDS


def describe_when(job: Job, now: int) -> str:
    """Return where the job stands in time: `next in 42s`, `running 9.8s`, `failed 12s ago`."""
    if job.finished_at is not None:
        return f"{job.state} {format_age(now, job.finished_at)} ago"
    return _WHEN[job.state](job, now)


def standing(job: Job, now: int) -> str:
    """Return why the job is where it is, as far as that is known, else where it stands in time."""
    return clean(job.reason or "") or describe_when(job, now)


def last_words(job: Job, now: int) -> str:
    """Return what matters most about the job now: its error, progress, reason or arguments."""
    return _WORDS[job.state](job, now) or arguments_text(job)


def _ended_by_its_run(job: Job) -> bool:
    # Only a running job that was asked to stop keeps the time of the request.
    asked = job.state is State.CANCELLED and job.cancel_requested_at is not None
    return asked or job.state in (State.SUCCEEDED, State.FAILED)


def _due(word: str) -> Callable[[Job, int], str]:
    def when(job: Job, now: int) -> str:
        if job.eta is None or job.eta <= now:
            return "due now"
        return f"{word} in {format_age(job.eta, now)}"

    return when


def _running(job: Job, now: int) -> str:
    since = now if job.started_at is None else job.started_at
    return f"running {format_duration((now - since) / MICROSECONDS)}"


def _ready(job: Job, now: int) -> str:
    since = max(job.created_at, job.eta or 0)
    return _mark(job) or f"ready for {format_age(now, since)}"


def _turn(job: Job, _now: int) -> str:
    return "after its members" if job.after is None else f"after #{job.after}"


_WHEN: Mapping[State, Callable[[Job, int], str]] = {
    State.WAITING: _turn,
    State.SCHEDULED: _due("runs"),
    State.PENDING: _ready,
    State.RUNNING: _running,
    State.RETRYING: _due("next"),
}


def _mark(job: Job) -> str:
    if job.revoked:
        return "revoked"
    return "paused" if job.held else ""


def _words_scheduled(job: Job, now: int) -> str:
    when = _due("runs")(job, now)
    if job.eta is not None and now < job.eta < now + _SOON:
        when = f"{when} ({clock(job.eta)})"
    return _joined(_mark(job), when, job.reason or arguments_text(job))


def _words_retrying(job: Job, now: int) -> str:
    return _joined(_mark(job), _due("next")(job, now), error_text(job) or job.reason)


def _words_pending(job: Job, _now: int) -> str:
    return _joined(_mark(job), job.reason or arguments_text(job))


def _words_waiting(job: Job, now: int) -> str:
    return _joined(_turn(job, now), arguments_text(job))


def _words_running(job: Job, now: int) -> str:
    asked = "" if job.cancel_requested_at is None else "asked to stop"
    return _joined(asked, progress_text(job) or arguments_text(job), pace_text(job, now))


def _words_failed(job: Job, _now: int) -> str:
    return error_text(job) or clean(job.reason or "")


def _words_stopped(job: Job, _now: int) -> str:
    return clean(job.reason or "") or error_text(job)


_WORDS: Mapping[State, Callable[[Job, int], str]] = {
    State.WAITING: _words_waiting,
    State.SCHEDULED: _words_scheduled,
    State.PENDING: _words_pending,
    State.RUNNING: _words_running,
    State.RETRYING: _words_retrying,
    State.SUCCEEDED: lambda job, now: arguments_text(job),
    State.FAILED: _words_failed,
    State.DISCARDED: _words_failed,
    State.CANCELLED: _words_stopped,
    State.EXPIRED: _words_stopped,
}


def _joined(*parts: str | None) -> str:
    return clean("  ".join(part for part in parts if part))
