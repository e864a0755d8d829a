"""`jobdash why`: what keeps a job from running, and what to do about it."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import STATE_COLOURS
from jobdash.job import Job
from jobdash.render import call_text
from jobdash.report import Cause, Reason
from jobdash.text import clean, iso


@click.command("why", cls=FileCommand, example="jobdash why 12")
@click.argument("ref")
@json_option
@click.pass_obj
def why(settings: Settings, ref: str, as_json: bool) -> int:
    """Tell why a job does not run, and what to do about it.

    REF is its number (12 or #12), its id, or the beginning of its id.
    """
    with open_report(settings) as report:
        moment = now()
        job = report.job(ref)
        reasons = report.why(job, moment)
    if as_json:
        print_json(_document(job, reasons, moment))
    else:
        _print(job, reasons, moment)
    return DONE


def _document(job: Job, reasons: list[Reason], moment: int) -> dict[str, Any]:
    told = [
        {
            "cause": reason.cause,
            "text": reason.text(moment),
            "since": iso(reason.since),
            "until": iso(reason.until),
            "job": reason.job,
            "task": reason.task or None,
            "next": next_step(job, reason) or None,
        }
        for reason in reasons
    ]
    return {"id": job.id, "seq": job.seq, "state": job.state, "reasons": told}


def _print(job: Job, reasons: list[Reason], moment: int) -> None:
    say(f"#{job.seq}  {job.state}  {call_text(job)}", style=STATE_COLOURS.get(job.state))
    for reason in reasons:
        say(f"- {clean(reason.text(moment))}")
        if step := next_step(job, reason):
            say(f"    {clean(step)}")


def next_step(job: Job, reason: Reason) -> str:
    """Return what one could do about it, in one line, or ''."""
    step = _STEPS.get(reason.cause)
    return step(job, reason) if step else ""


def _see_other(_: Job, reason: Reason) -> str:
    return "" if reason.job is None else f"`jobdash why {reason.job}` tells about #{reason.job}"


def _see_batch(job: Job, _: Reason) -> str:
    return f"`jobdash batches show {job.batch}` tells about it"


def _after_the_end(job: Job, reason: Reason) -> str:
    if reason.job is not None:
        return f"`jobdash retry {reason.job}` runs #{reason.job} again, and this one after it"
    again = "replay" if job.state == "succeeded" else "retry"
    return f"`jobdash {again} {job.seq}` runs it again"


_STEPS: Mapping[Cause, Callable[[Job, Reason], str]] = {
    Cause.PAUSED: lambda job, _: "`jobdash resume` lets everything run",
    Cause.TASK_PAUSED: lambda job, why: f"`jobdash resume {why.task}` lets it run",
    Cause.BATCH_PAUSED: lambda job, _: f"`jobdash resume --batch {job.batch}` lets it go on",
    Cause.BATCH_INCOMPLETE: lambda job, _: (
        f"`jobdash cancel --batch {job.batch}` if nobody fills it any more"
    ),
    Cause.REVOKED: lambda job, _: "`huey.restore_by_id` in the app takes the mark away",
    Cause.TASK_REVOKED: lambda job, _: "`huey.restore_all` in the app takes the mark away",
    Cause.NOT_REGISTERED: lambda job, _: "`jobdash tasks` shows those that exist",
    Cause.NO_POOL: lambda job, _: "`jobdash worker` starts a pool",
    Cause.ONLY_GUESTS: lambda job, _: "`jobdash worker` starts a pool",
    Cause.NO_WORKER: lambda job, _: "`jobdash workers add` adds one",
    Cause.WORKER_LOST: lambda job, _: "`jobdash worker` starts a pool",
    Cause.DRAINING: lambda job, _: "`jobdash workers resume NAME` lets one go on",
    Cause.ETA: lambda job, _: f"`jobdash now {job.seq}` runs it now",
    Cause.RETRY_DELAY: lambda job, _: f"`jobdash now {job.seq}` runs it now",
    Cause.RATE_LIMIT: lambda job, _: f"`jobdash now {job.seq}` tries it now",
    Cause.TASK_LIMIT: lambda job, why: f"`jobdash list task:{why.task}` shows them",
    Cause.BATCH_LIMIT: _see_batch,
    Cause.BATCH_RATE: _see_batch,
    Cause.AHEAD: lambda job, _: f"`jobdash change {job.seq} --priority 10` lets it pass them",
    Cause.BUSY: lambda job, _: "`jobdash workers add` adds one",
    Cause.RUNNING: lambda job, _: f"`jobdash logs {job.seq} -f` shows what it prints",
    Cause.STALLED: lambda job, _: f"`jobdash stack {job.seq}` shows where it is",
    Cause.LOCKED: _see_other,
    Cause.BATCH_AFTER: _see_other,
    Cause.PREDECESSOR: _see_other,
    Cause.CHORD: _see_other,
    Cause.ENDED: _after_the_end,
}
