"""What a demo has come to, for people and for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobdash.cli.output import say
from jobdash.cli.table import print_table
from jobdash.job import Job, State
from jobdash.report import JobFilter, Report

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Summary:
    """The jobs of a demo. `lost` are ids that were taken in and have no job in a final state."""

    enqueued: int
    jobs: Sequence[Job]
    lost: Sequence[str]
    pools: int
    workers: int

    @property
    def unfinished(self) -> list[Job]:
        """Jobs that are in no final state."""
        return [job for job in self.jobs if not job.is_final]

    @property
    def interrupted(self) -> list[Job]:
        """Jobs that a worker died on, and that were therefore run again."""
        return [job for job in self.jobs if job.rescues]

    @property
    def is_complete(self) -> bool:
        """Whether every job came to its end."""
        return not self.lost and not self.unfinished

    def states(self) -> dict[str, int]:
        """Return how many jobs are in each state."""
        return {state: sum(job.state is state for job in self.jobs) for state in State}


def sum_up(database: Path, queue: str, ids: Sequence[str], pools: int) -> Summary:
    """Read what became of the jobs, those with these ids above all."""
    with Report(database) as report:
        jobs = list(_all_jobs(report, queue))
        workers = sum(worker.kind == "worker" for worker in report.workers(everyone=True))
    final = {job.id for job in jobs if job.is_final}
    lost = [id_ for id_ in ids if id_ not in final]
    return Summary(len(ids), jobs, lost, pools, workers)


def summary_json(summary: Summary) -> dict[str, Any]:
    """Return the summary as a JSON document."""
    return {
        "enqueued": summary.enqueued,
        "jobs": len(summary.jobs),
        "lost": len(summary.lost),
        "unfinished": [job.seq for job in summary.unfinished],
        "states": summary.states(),
        "interrupted": [_interrupted_json(job) for job in summary.interrupted],
        "pools": summary.pools,
        "workers": summary.workers,
    }


def print_summary(summary: Summary) -> None:
    """Print the summary for people."""
    say(f"{len(summary.jobs)} jobs, {len(summary.unfinished)} unfinished, {len(summary.lost)} lost")
    say(f"pools started: {summary.pools}, workers started: {summary.workers}")
    say()
    rows = [(state, str(count)) for state, count in summary.states().items() if count]
    print_table(("STATE", "JOBS"), rows, right=frozenset({1}))
    if summary.interrupted:
        say()
        print_table(
            ("JOB", "INTERRUPTED", "ATTEMPTS", "STATE"),
            [(f"#{j.seq}", j.task, str(j.attempts), j.state) for j in summary.interrupted],
            right=frozenset({0, 2}),
        )


def _interrupted_json(job: Job) -> dict[str, Any]:
    return {
        "seq": job.seq,
        "task": job.task,
        "state": str(job.state),
        "attempts": job.attempts,
        "rescues": job.rescues,
    }


def _all_jobs(report: Report, queue: str) -> Iterator[Job]:
    everything = JobFilter(queue=queue)
    page = report.jobs(everything, _PAGE)
    while page:
        yield from page
        page = report.older(everything, page[-1].seq, _PAGE)
