"""`jobdash wait`: until jobs have come to their end."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import click

from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE, JOB_FAILED, TIMED_OUT
from jobdash.cli.output import note, print_json, say
from jobdash.cli.parameters import DURATION
from jobdash.cli.reading import NOBODY_WORKS, open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import STATE_COLOURS
from jobdash.job import Job, State
from jobdash.render import call_text, error_text, job_json
from jobdash.report import Report

POLL_SECONDS = 0.02


@dataclass(slots=True)
class _Vigil:
    """Jobs that somebody waits for, and those of them that have ended, as they were then."""

    report: Report
    open: list[int]
    ended: dict[int, Job] = field(default_factory=dict)

    def look(self) -> Iterator[Job]:
        """Yield the jobs that have ended since the last look."""
        for seq in tuple(self.open):
            job = self.report.job_by_seq(seq)
            if job is None or job.is_final:
                self.open.remove(seq)
            if job is not None and job.is_final:
                self.ended[seq] = job
                yield job

    def wait(self, deadline: float) -> Iterator[Job]:
        """Yield each job when it ends, until all have or the time is up."""
        yield from self.look()
        seen = self.report.data_version()
        # Once more: a job may have ended between the look and the version.
        yield from self.look()
        while self.open and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            version = self.report.data_version()
            if version != seen:
                seen = version
                yield from self.look()


@click.command("wait", cls=FileCommand, example="jobdash wait 12 13 --timeout 30s")
@click.argument("refs", nargs=-1, required=True)
@click.option("--timeout", type=DURATION, help="Give up after this time, such as 30s or 10m.")
@json_option
@click.pass_obj
def wait(settings: Settings, refs: Sequence[str], timeout: float | None, as_json: bool) -> int:
    """Wait until jobs have ended. The exit code is 0 if all of them succeeded, else 1.

    Exit code 124 means that the time was up first.
    """
    deadline = time.monotonic() + timeout if timeout is not None else float("inf")
    with open_report(settings) as report:
        seqs = list(dict.fromkeys(report.job(ref).seq for ref in refs))
        vigil = _Vigil(report, [*seqs])
        _warn_if_nobody_works(report, seqs)
        for job in vigil.wait(deadline):
            if not as_json:
                _tell(job)
        found = [vigil.ended.get(seq) or report.job_by_seq(seq) for seq in seqs]
    if as_json:
        print_json([job_json(job) for job in found if job])
    return _code([job for job in found if job], bool(vigil.open))


def _warn_if_nobody_works(report: Report, seqs: Sequence[int]) -> None:
    jobs = (report.job_by_seq(seq) for seq in seqs)
    if any(job and not job.is_final for job in jobs) and not report.workers():
        note(NOBODY_WORKS)


def _tell(job: Job) -> None:
    what = error_text(job) or job.reason or job.result or ""
    say(f"#{job.seq} {job.state}  {call_text(job)}  {what}", style=STATE_COLOURS.get(job.state))


def _code(jobs: Sequence[Job], is_late: bool) -> int:
    if is_late:
        late = ", ".join(f"#{job.seq} is {job.state}" for job in jobs if not job.is_final)
        note(f"the time is up: {late}")
        return TIMED_OUT
    return DONE if all(job.state is State.SUCCEEDED for job in jobs) else JOB_FAILED
