"""Jobs as lines of a table."""

from collections.abc import Sequence

from jobdash.cli.table import print_table
from jobdash.job import Job
from jobdash.render import describe_when, last_words
from jobdash.text import shorten

_HEAD = ("JOB", "STATE", "TASK", "TRIES", "WHEN", "DETAILS")
_RIGHT = frozenset({0, 3})
LONGEST_DETAILS = 200


def print_jobs(jobs: Sequence[Job], now: int) -> None:
    """Print one line per job."""
    print_table(_HEAD, [_line(job, now) for job in jobs], right=_RIGHT)


def _line(job: Job, now: int) -> tuple[str, ...]:
    return (
        f"#{job.seq}",
        job.state,
        job.task or "?",
        f"{job.attempts}/{job.retries + 1}",
        describe_when(job, now),
        shorten(last_words(job, now), LONGEST_DETAILS),
    )
