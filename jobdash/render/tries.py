"""How many tries a job has used, and when those that are left would come, in words.

Only the try that a retrying job waits for has its time already. The others come after failures
that have not happened, so their moments are "about", and what chance decides is told as a range.
"""

from collections.abc import Sequence
from itertools import islice

from jobdash.job import MICROSECONDS, Job, State
from jobdash.retries import PlannedTry, planned_tries
from jobdash.text import clock, format_age, format_duration

MOST_TOLD = 4
_DAY = 24 * 3600 * MICROSECONDS


def tries_used(job: Job) -> int:
    """Return how many of the allowed tries have been made, the present one included."""
    return job.failures + (job.state in (State.RUNNING, State.SUCCEEDED))


def tries_text(job: Job, now: int) -> str:
    """Return `2 of 5 used; next at 12:00:05 (in 3s), then about 12:00:15, 12:00:45`."""
    used = tries_used(job)
    plan = ", ".join(filter(None, (_next_text(job, now), plan_text(job, now))))
    return "; ".join(filter(None, (f"{used} of {max(job.retries + 1, used)} used", plan)))


def plan_text(job: Job, now: int) -> str:
    """Return when the retries behind the next try would come, or ''.

    `then about 12:00:15, 12:00:45` if the job waits for a retry; `if it fails: again after 5s, 10s`
    if its next try comes, or goes on, without any failure.
    """
    is_waiting = job.state is State.RETRYING
    tries = list(islice(planned_tries(job), is_waiting, is_waiting + MOST_TOLD))
    if not tries:
        return ""
    waits = list(dict.fromkeys(map(_wait, tries)))
    if not tries[0].longest:
        told = f"again at once{_up_to(job)}"
    elif is_waiting:
        told = f"about {_listed([_moment(one, now) for one in tries], job)}"
    elif len(waits) == 1:
        told = f"again after {waits[0]}{_up_to(job)}"
    else:
        told = f"again after {_listed([_wait(one) for one in tries], job)}"
    return f"then {told}" if is_waiting else f"if it fails: {told}"


def _next_text(job: Job, now: int) -> str:
    if job.state is not State.RETRYING or job.eta is None:
        return ""
    if job.eta <= now:
        return "next due now"
    ahead = f"in {format_age(job.eta, now)}"
    return f"next at {clock(job.eta)} ({ahead})" if job.eta < now + _DAY else f"next {ahead}"


def _up_to(job: Job) -> str:
    return f", up to {job.retries_left} times" if job.retries_left > 1 else ""


def _listed(told: Sequence[str], job: Job) -> str:
    more = f", … ({job.retries_left} in all)" if job.retries_left > len(told) else ""
    return ", ".join(told) + more


def _wait(one: PlannedTry) -> str:
    return _range(_seconds(one.shortest or 0), _seconds(one.longest or 0))


def _seconds(seconds: float) -> str:
    return f"{seconds:g}s" if seconds < 60 and seconds == int(seconds) else format_duration(seconds)


def _moment(one: PlannedTry, now: int) -> str:
    return _range(_at(one.earliest or now, now), _at(one.latest or now, now))


def _at(moment: int, now: int) -> str:
    """Write a time of day, or for one that would be mistaken for today's, how far ahead it is."""
    return clock(moment) if moment < now + _DAY else f"in {format_age(moment, now)}"


def _range(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"
