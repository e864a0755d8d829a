"""The dead-letter queue in groups: failed jobs of one task that failed with one error type."""

from collections import defaultdict
from dataclasses import dataclass

from jobdash.job import Job, State
from jobdash.report import JobFilter, Report

EXAMINED = 2_000


@dataclass(frozen=True, slots=True)
class DeadGroup:
    """Failed jobs that look alike, newest first."""

    task: str
    error_type: str
    newest: Job
    first_at: int
    last_at: int
    seqs: tuple[int, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What makes the group this group while jobs join and leave it."""
        return self.task, self.error_type


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The groups, largest first; only the newest `EXAMINED` failed jobs are looked at."""

    groups: tuple[DeadGroup, ...]
    examined: int
    total: int


@dataclass(frozen=True, slots=True)
class DeadQuestion:
    """The dead-letter queue of one queue, or of all."""

    queue: str = ""

    def answer(self, report: Report, now: int) -> DeadLetters:
        """Read it."""
        failed = JobFilter(states=(State.FAILED,), queue=self.queue)
        jobs = report.jobs(failed, EXAMINED)
        return DeadLetters(group_dead(jobs), len(jobs), report.count(failed))


def group_dead(jobs: list[Job]) -> tuple[DeadGroup, ...]:
    """Group failed jobs that come newest first."""
    groups: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in jobs:
        groups[job.task, job.error_type or ""].append(job)
    made = [_group(task, error, alike) for (task, error), alike in groups.items()]
    return tuple(sorted(made, key=lambda group: (-len(group.seqs), -group.last_at)))


def _group(task: str, error_type: str, jobs: list[Job]) -> DeadGroup:
    ends = [_end(job) for job in jobs]
    newest = jobs[ends.index(max(ends))]
    return DeadGroup(task, error_type, newest, min(ends), max(ends), tuple(job.seq for job in jobs))


def _end(job: Job) -> int:
    return job.created_at if job.finished_at is None else job.finished_at
