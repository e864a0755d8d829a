"""`jobdash list`: the newest jobs."""

from typing import Any

import click

from jobdash.cli.choice import Filter, filter_options, job_filter
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.job_lines import print_jobs
from jobdash.cli.output import is_terminal, note, print_json
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.render import job_json

MOST = 1_000_000


@click.command("list", cls=FileCommand, example="jobdash list --state failed --task 'mail.*'")
@filter_options
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="At most so many."
)
@json_option
@click.pass_obj
def list(settings: Settings, /, limit: int, as_json: bool, **chosen: Any) -> int:
    """List jobs, the newest first."""
    with open_report(settings) as report:
        jobs = report.jobs(job_filter(report, Filter(**chosen)), limit + 1)
    if as_json:
        print_json([job_json(job) for job in jobs[:limit]])
        return DONE
    print_jobs(jobs[:limit], now())
    if len(jobs) > limit and is_terminal():
        note(f"these are the newest {limit}: --limit shows more")
    return DONE
