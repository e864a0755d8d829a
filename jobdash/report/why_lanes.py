"""Why a job is not let through: its batch is paused, or has as many running as it may; a limit."""

from collections.abc import Iterator

from jobdash.database import Reader, statements
from jobdash.job import Job
from jobdash.report.reasons import Cause, Reason

SQL = statements("why_lanes")


def held_by_lane(reader: Reader, job: Job, now: int) -> Iterator[Reason]:
    """Yield what keeps a job back whose lane has not let it through."""
    batches = reader.rows(SQL["batch_of"], {"batch": job.batch})
    for row in batches:
        yield from _batch(job, now, *row)
    for most, admitted in reader.rows(SQL["limit_of"], {"queue": job.queue, "task": job.task}):
        if admitted >= most:
            said = f"{job.task} has {_as_many(admitted, most)}"
            yield Reason(Cause.TASK_LIMIT, said, task=job.task)


def _batch(
    job: Job,
    now: int,
    paused_at: int | None,
    cancelled_at: int | None,
    after: int | None,
    is_incomplete: bool,
    concurrency: int | None,
    rate: float | None,
    next_start_at: int,
    admitted: int,
) -> Iterator[Reason]:
    if cancelled_at is not None:
        said = f"batch {job.batch} is being cancelled"
        yield Reason(Cause.BATCH_CANCELLED, said, since=cancelled_at)
    elif is_incomplete:
        said = f"batch {job.batch} is not complete: none of it runs before all of it is there"
        yield Reason(Cause.BATCH_INCOMPLETE, said)
    elif after is not None:
        said = f"batch {job.batch} begins when #{after} has succeeded"
        yield Reason(Cause.BATCH_AFTER, said, job=after)
    elif paused_at is not None:
        yield Reason(Cause.BATCH_PAUSED, f"batch {job.batch} is paused", since=paused_at)
    elif concurrency is not None and admitted >= concurrency:
        said = f"batch {job.batch} has {_as_many(admitted, concurrency)}"
        yield Reason(Cause.BATCH_LIMIT, said)
    elif rate is not None:
        said = f"batch {job.batch} starts {_in_words(rate)}: the next one at"
        yield Reason(Cause.BATCH_RATE, said, until=max(now, next_start_at))
    elif admitted:
        said = f"{admitted:,} jobs of batch {job.batch} have their turn before it"
        yield Reason(Cause.BATCH_LIMIT, said)


def _as_many(admitted: int, most: int) -> str:
    running = "1 job running or about to" if admitted == 1 else f"{admitted:,} running or about to"
    return f"{running}, and no more than {most:,} may at once"


def _in_words(rate: float) -> str:
    for unit, seconds in (("second", 1), ("minute", 60), ("hour", 3600)):
        if rate * seconds >= 1:
            return f"{rate * seconds:g} a {unit}"
    return f"{rate * 86_400:g} a day"
