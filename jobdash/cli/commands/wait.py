"""`jobdash wait`: until jobs, a batch or a queue have come to their end."""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from typing import Protocol

import click

from jobdash.cli.choice import Filter, filter_option, job_filter
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE, JOB_FAILED, TIMED_OUT
from jobdash.cli.output import note
from jobdash.cli.parameters import DURATION
from jobdash.cli.reading import NOBODY_WORKS, open_report
from jobdash.cli.settings import Settings
from jobdash.cli.waiting.few import Few
from jobdash.cli.waiting.idle import Idle
from jobdash.cli.waiting.manner import Manner
from jobdash.cli.waiting.many import Many
from jobdash.cli.waiting.one_batch import OneBatch
from jobdash.errors import UsageError
from jobdash.job import CHUNK
from jobdash.report import JobFilter, Report

# More are not told of one by one.
MOST_LINES = 20


class Vigil(Protocol):
    """Something that somebody waits for."""

    def wait(self, deadline: float) -> bool:
        """Return whether it came before the time was up."""

    def is_over(self) -> bool:
        """Whether it has come already."""

    @property
    def is_success(self) -> bool:
        """Whether it came well."""

    def late(self) -> str:
        """Return what has not come."""

    def tell(self) -> None:
        """Print what came of it."""


@click.command("wait", cls=FileCommand, example="jobdash wait --batch night --timeout 2h")
@click.argument("refs", nargs=-1, metavar="[JOB]...")
@click.option("--batch", default="", metavar="NAME", help="For a batch, by name or number.")
@filter_option
@click.option("--idle", is_flag=True, help="Until nothing runs, is ready or waits for a retry.")
@click.option("--queue", metavar="NAME", help="With --idle: only this queue.")
@click.option("--timeout", type=DURATION, help="Give up after this time, such as 30s or 10m.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing: the exit code tells.")
@json_option
@click.pass_obj
def wait(
    settings: Settings,
    refs: Sequence[str],
    batch: str,
    typed: str,
    idle: bool,
    queue: str | None,
    timeout: float | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Wait until jobs have ended. The exit code is 0 if all of them succeeded, else 1.

    With --filter: until those have ended that match now. With --idle the outcome is that of the
    jobs that end meanwhile. Exit code 124 means that the time was up first.
    """
    deadline = time.monotonic() + timeout if timeout is not None else float("inf")
    _check(refs, batch, typed.strip(), idle, queue)
    manner = Manner(as_json, quiet)
    with open_report(settings) as report:
        if report.snapshot() is not None:
            deadline = 0.0
        vigil: Vigil
        if batch:
            vigil = OneBatch(report, batch, manner)
        elif idle:
            vigil = Idle(report, _known_queue(report, queue), manner)
        else:
            vigil = _jobs(report, refs, typed.strip(), manner)
        if not (quiet or vigil.is_over() or report.workers()):
            note(NOBODY_WORKS)
        return _outcome(vigil, vigil.wait(deadline), quiet=quiet)


def _check(refs: Sequence[str], batch: str, typed: str, idle: bool, queue: str | None) -> None:
    if sum(map(bool, (refs, batch, typed, idle))) != 1:
        raise UsageError(
            "wait for what? Name jobs (12 or #12), or a batch with --batch, choose jobs with"
            " --filter, or wait until all is done with --idle: one of these"
        )
    if queue is not None and not idle:
        raise UsageError("--queue goes with --idle: a filter has queue:NAME")


def _outcome(vigil: Vigil, has_come: bool, *, quiet: bool) -> int:
    vigil.tell()
    if not has_come:
        if not quiet:
            note(f"the time is up: {vigil.late()}")
        return TIMED_OUT
    return DONE if vigil.is_success else JOB_FAILED


def _known_queue(report: Report, queue: str | None) -> str | None:
    queues = report.queues()
    if queue is not None and queue not in queues:
        raise UsageError(f"there is no queue '{queue}': the file has {', '.join(queues) or 'none'}")
    return queue


def _jobs(report: Report, refs: Sequence[str], typed: str, manner: Manner) -> Vigil:
    if refs:
        return Few(report, list(dict.fromkeys(report.job(ref).seq for ref in refs)), manner)
    chosen = job_filter(report, Filter(typed=typed))
    chunks = _by_chunk(report, chosen)
    if sum(map(len, chunks.values())) <= MOST_LINES:
        seqs = sorted((seq for some in chunks.values() for seq in some), reverse=True)
        return Few(report, seqs, manner)
    return Many(report, chunks, manner)


def _by_chunk(report: Report, chosen: JobFilter) -> dict[int, array[int]]:
    """Return the numbers of the jobs that match, chunk by chunk: short reads, little memory."""
    found = {}
    for chunk in sorted({*report.chunk_marks(), *_running_chunks(report)}):
        low = chunk * CHUNK
        seqs = report.seqs_between(chosen, low, low + CHUNK - 1, CHUNK)
        if seqs:
            found[chunk] = array("q", seqs)
    return found


def _running_chunks(report: Report) -> set[int]:
    return {seq // CHUNK for seq in report.running_claims()}
