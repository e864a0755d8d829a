"""Writes the jobs that a list shows to a file, as JSON lines."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from jobdash.errors import UsageError
from jobdash.job import MICROSECONDS, Job
from jobdash.render import job_json
from jobdash.report import JobFilter, Report

_AT_ONCE = 500


def save_list(database: Path, wanted: JobFilter, folder: Path, now: int) -> tuple[Path, int]:
    """Write all matching jobs, newest first, one JSON object of `list --json` a line.

    Everything but ASCII is escaped: who prints the file on a terminal must not set off anything.
    Returns the new file, which only its owner can read, and how many jobs there are in it. Raises
    `UsageError` if the folder cannot be written to. Runs in a worker thread.
    """
    moment = datetime.fromtimestamp(now / MICROSECONDS).astimezone()
    file = folder / f"jobdash-jobs-{moment:%Y%m%d-%H%M%S}.jsonl"
    count = 0
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as lines, Report(database) as report:
            for job in _all(report, wanted):
                lines.write(json.dumps(job_json(job)) + "\n")
                count += 1
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    return file, count


def _all(report: Report, wanted: JobFilter) -> Iterator[Job]:
    page = report.jobs(wanted, _AT_ONCE)
    while page:
        yield from page
        page = report.older(wanted, page[-1].seq, _AT_ONCE)
