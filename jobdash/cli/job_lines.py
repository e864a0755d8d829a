"""Jobs as lines of a table."""

from collections.abc import Container, Sequence

from jobdash.cli.table import print_table
from jobdash.job import Job
from jobdash.render import describe_when, last_words
from jobdash.render.spent import spent_text
from jobdash.text import shorten

_HEAD = ("JOB", "STATE", "TASK", "TRIES", "WHEN", "DETAILS")
_RIGHT = frozenset({0, 3})
LONGEST_DETAILS = 200


def print_jobs(
    jobs: Sequence[Job], now: int, stalled: Container[int] = (), *, tells_spent: bool = False
) -> None:
    """Print one line per job, if wanted with what its last run has spent."""
    rows = [_line(job, now, job.seq in stalled, tells_spent) for job in jobs]
    print_table(_HEAD, rows, right=_RIGHT)


def _line(job: Job, now: int, is_stalled: bool, tells_spent: bool) -> tuple[str, ...]:
    spent = spent_text(job) if tells_spent else ""
    told = ("stalled" * is_stalled, spent, last_words(job, now))
    details = "  ".join(filter(None, told))
    return (
        f"#{job.seq}",
        job.state,
        job.task or "?",
        f"{job.attempts}/{job.retries + 1}",
        describe_when(job, now),
        shorten(details, LONGEST_DETAILS),
    )
