"""The costly figures of all tasks, read in one go within bounds, whatever the file holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobdash.job import MICROSECONDS, Job, State
from jobdash.report.task_reads import TaskKey
from jobdash.report.task_stats import RunFigures, TaskStats, figures

if TYPE_CHECKING:
    from jobdash.report.report import Report

Counts = Mapping[TaskKey, Mapping[State, int]]

TREND_TIME = 3600 * MICROSECONDS
# So many tasks without a run among the newest jobs are looked for at once; the others next time.
_MOST_LOOKUPS = 8
_RAN = (State.SUCCEEDED, State.FAILED)


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """What the newest runs of each task tell; `found_for` is the counts that each is of."""

    runs: Mapping[TaskKey, RunFigures] = field(default_factory=dict)
    trends: Mapping[TaskKey, tuple[int, ...]] = field(default_factory=dict)
    last_failed: Mapping[TaskKey, Job] = field(default_factory=dict)
    found_for: Counts = field(default_factory=dict)

    def stats(self, key: TaskKey, counts: Mapping[State, int]) -> TaskStats:
        """Return what is known of one task, with these counts."""
        return TaskStats(*key, counts, self.runs.get(key), self.trends.get(key, ()))


def read_figures(
    report: "Report",
    counts: Counts,
    before: TaskFigures,
    now: int,
    bins: int,
    queue: str | None = None,
) -> TaskFigures:
    """Read the figures of all tasks that have these counts.

    `before` is what was known before: a rare task whose counts are the same is not looked for
    again. The trend is of the last hour, in so many bins.
    """
    newest = report.newest_runs(queue)
    common = {key: made for key, runs in newest.items() if (made := figures(runs))}
    rare = [key for key in counts if key not in common and _has_run(counts[key])]
    sought = [key for key in rare if before.found_for.get(key) != counts[key]][:_MOST_LOOKUPS]
    kept = before.runs.keys() & set(rare).difference(sought)
    runs = {
        **common,
        **{key: before.runs[key] for key in kept},
        **_looked_for(report, sought, queue),
    }
    found_for = {key: counts[key] for key in (*common, *sought) if key in counts}
    still = {key: before.found_for[key] for key in rare if key in before.found_for}
    trends = report.trends(now - TREND_TIME, now, bins, queue)
    return TaskFigures(runs, trends, _last_failed(report, runs), still | found_for)


def _looked_for(
    report: "Report", keys: Sequence[TaskKey], queue: str | None
) -> dict[TaskKey, RunFigures]:
    chunks = report.chunks_of_tasks(queue) if keys else {}
    found = {key: figures(report.runs_in_chunk(key, chunks[key])) for key in keys if key in chunks}
    return {key: made for key, made in found.items() if made is not None}


def _has_run(counts: Mapping[State, int]) -> bool:
    return any(counts.get(state, 0) for state in _RAN)


def _last_failed(report: "Report", found: Mapping[TaskKey, RunFigures]) -> dict[TaskKey, Job]:
    jobs = {
        key: report.job_by_seq(made.last_failed)
        for key, made in found.items()
        if made.last_failed is not None
    }
    return {key: job for key, job in jobs.items() if job is not None}
