"""The dead-letter queue as the dashboard asks for it: in groups of what died of the same."""

from dataclasses import dataclass

from jobdash.job import State
from jobdash.report import DeadGroup, JobFilter, Report

MOST_GROUPS = 1_000


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The largest groups, how many groups there are, and how many dead letters."""

    groups: tuple[DeadGroup, ...]
    all_groups: int
    jobs: int


@dataclass(frozen=True, slots=True)
class DeadQuestion:
    """The dead-letter queue of one queue, or of all."""

    queue: str = ""

    def answer(self, report: Report, now: int) -> DeadLetters:
        """Read it."""
        groups, total = report.dead_groups(JobFilter(queue=self.queue), MOST_GROUPS)
        jobs = report.count(JobFilter((State.FAILED,), queue=self.queue))
        return DeadLetters(tuple(groups), total, jobs)
