"""Which runs are compared, and what is known of each."""

from typing import NamedTuple

from jobdash.errors import NoLog, NothingLike, Refused, UnknownJob
from jobdash.job import Attempt, Job, State
from jobdash.report.filter import JobFilter
from jobdash.report.report import Report
from jobdash.text import how_often


class Compared(NamedTuple):
    """One run of a job; no attempt if it has not run. `log` is what it printed, as it is kept.

    `commit` is that of the code, where a failed run has kept it.
    """

    job: Job
    attempt: Attempt | None
    log: bytes
    commit: str | None = None


def compared(report: Report, ref: str) -> Compared:
    """Return the run that `12`, `#12` or `12#2` names: a job's last attempt, or that one.

    Raises `UnknownJob`.
    """
    named, sign, number = ref.removeprefix("#").partition("#")
    job = report.job(named)
    attempts = report.attempts(job.seq)
    if not sign:
        return run_of(report, job, attempts[-1] if attempts else None)
    found = [one for one in attempts if str(one.number) == number]
    if not found:
        often = how_often(len(attempts))
        raise UnknownJob(f"#{job.seq} has no attempt {number or '#'}: it has run {often}")
    return run_of(report, job, found[0])


def run_of(report: Report, job: Job, attempt: Attempt | None) -> Compared:
    """Return one attempt with what it printed."""
    try:
        log = report.log(job.seq, attempt.number) if attempt else None
    except NoLog:
        log = None
    left = report.post_mortem(job.seq, attempt.number) if attempt and attempt.error_type else None
    printed = log.head + log.tail if log else b""
    return Compared(job, attempt, printed, left.commit if left else None)


def against(report: Report, one: Compared) -> Compared:
    """Return what a run is best compared with.

    The last success of its task, or for a success the last failure. Raises `NothingLike` if
    there is none.
    """
    has_ended_well = one.attempt is not None and one.attempt.outcome == "succeeded"
    state = State.FAILED if has_ended_well else State.SUCCEEDED
    wanted = JobFilter(states=(state,), task=one.job.task, queue=one.job.queue)
    found = [job for job in report.jobs(wanted, limit=2) if job.seq != one.job.seq]
    if not found:
        raise NothingLike(f"no other job of {one.job.task} has {state}")
    attempts = report.attempts(found[0].seq)
    return run_of(report, found[0], attempts[-1] if attempts else None)


def with_the_last(report: Report, ref: str) -> tuple[Compared, Compared]:
    """Return a run and what it is best compared with, the success first.

    What a failure has more is then what is added. Raises `UnknownJob`, and `NothingLike` if there
    is nothing to compare with.
    """
    one = compared(report, ref)
    other = against(report, one)
    has_ended_well = one.attempt is not None and one.attempt.outcome == "succeeded"
    return (one, other) if has_ended_well else (other, one)


def last_two(report: Report, ref: str) -> tuple[Compared, Compared]:
    """Return a job's last two attempts. Raises `Refused` if it has fewer."""
    job = report.job(ref)
    attempts = report.attempts(job.seq)
    if len(attempts) < 2:
        often = how_often(len(attempts))
        raise Refused(f"#{job.seq} has run {often}: there are no two attempts to compare")
    first, second = attempts[-2:]
    return run_of(report, job, first), run_of(report, job, second)
