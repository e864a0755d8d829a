"""Carrying out what `jobdash run` was asked for, in the file of the commands."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobdash.cli.clock import now
from jobdash.cli.failure import DONE, JOB_FAILED, ProgramFailed
from jobdash.cli.output import print_json, say
from jobdash.cli.run.enqueueing import Each, enqueue, load_commands
from jobdash.cli.run.job_log import JobLog
from jobdash.cli.run.order import Order
from jobdash.cli.run.place import Helpers
from jobdash.cli.run.resuming import find, resume
from jobdash.cli.run.session import Manner, Session
from jobdash.job import State
from jobdash.report import Report


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the commands are to be run: how many `jobs` at once, `after` which job; options.

    `batch` are the options of the batch.
    """

    jobs: int | None
    after: str | None
    stash: bool
    resume: bool
    joblog: Path | None
    each: Each
    manner: Manner
    batch: dict[str, Any] = field(default_factory=dict)


def carry_out(file: Path, order: Order, wanted: Wanted) -> int:
    """Enqueue the commands and see them through, or leave; return the exit code."""
    if wanted.stash:
        return _leave(file, order, wanted, {"paused": True, "concurrency": wanted.jobs})
    if wanted.after is not None or wanted.each.delay:
        return _queue_for_later(file, order, wanted)
    begun_at = now() if wanted.resume else 0
    log = JobLog(wanted.joblog, goes_on=wanted.resume)
    with log, Helpers(file, wanted.jobs) as helpers:
        made = _made(file, order, wanted, {**wanted.batch, "concurrency": _most(helpers, wanted)})
        helpers.tell()
        with Report(file) as report:
            session = Session(report, made, file, wanted.manner, helpers.keep, log, begun_at)
            return session.run()


def _made(file: Path, order: Order, wanted: Wanted, options: dict[str, Any]) -> Any:
    """Enqueue the commands, or what of them is missing."""
    huey = load_commands(file)
    found = find(huey, order, options["name"]) if wanted.resume else None
    if found is None:
        return enqueue(huey, order, wanted.each, **options)
    with Report(file) as report:
        return resume(huey, report, order, wanted.each, found)


def _queue_for_later(file: Path, order: Order, wanted: Wanted) -> int:
    """Enqueue the commands behind a job or for a time, and leave them to the workers."""
    after = None if wanted.after is None else _to_wait_for(file, wanted.after)
    with Helpers(file, wanted.jobs) as helpers:
        helpers.tell()
        return _leave(file, order, wanted, {"after": after, "concurrency": _most(helpers, wanted)})


def _most(helpers: Helpers, wanted: Wanted) -> int | None:
    """Return how many may run at once, if workers that others have started could do more."""
    return None if helpers.are_ours else wanted.jobs


def _leave(file: Path, order: Order, wanted: Wanted, options: dict[str, Any]) -> int:
    """Enqueue the commands, say what they are called, and do not wait."""
    made = enqueue(load_commands(file), order, wanted.each, **wanted.batch, **options)
    if wanted.manner.as_json:
        print_json({"batch": made.name, "id": made.id, "total": made.entered})
    else:
        say(made.name)
    return DONE


def _to_wait_for(file: Path, ref: str) -> int | None:
    """Return the number of a job that is to succeed first, None if it has.

    Raises `ProgramFailed` if it has ended otherwise.
    """
    with Report(file) as report:
        job = report.job(ref)
    if not job.is_final:
        return job.seq
    if job.state is State.SUCCEEDED:
        return None
    raise ProgramFailed(f"#{job.seq} is {job.state}: nothing is run after it", JOB_FAILED)
