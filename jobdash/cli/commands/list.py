"""`jobdash list`: jobs that match a filter, the newest first or in another order."""

from collections.abc import Sequence
from typing import Any

import click

from jobdash.cli.choice import Filter, FilterCommand, filter_options, job_filter
from jobdash.cli.clock import now
from jobdash.cli.command import json_option
from jobdash.cli.failure import DONE
from jobdash.cli.job_lines import print_jobs
from jobdash.cli.output import is_terminal, note, print_json
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.errors import UsageError
from jobdash.render import job_json
from jobdash.report import Order

MOST = 1_000_000


@click.command("list", cls=FilterCommand, example="jobdash list 'state:failed task:mail.* age<1h'")
@click.argument("words", nargs=-1, metavar="[FILTER]...")
@filter_options
@click.option(
    "--sort",
    type=click.Choice([str(order) for order in Order]),
    default="newest",
    help="What comes first.",
)
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="At most so many."
)
@json_option
@click.pass_obj
def list(
    settings: Settings, /, words: Sequence[str], sort: str, limit: int, as_json: bool, **chosen: Any
) -> int:
    """List jobs, the newest first.

    FILTER is that of the dashboard: words, state:failed,retrying task:mail.* error:"no such file"
    worker:w2 arg.order:4711 age<1h took>30s try>2; a minus negates, and quotes keep it from the
    shell. The options go with it.
    """
    if words and chosen["typed"]:
        raise UsageError("give the filter as words or as --filter: not both")
    typed = Filter(**chosen | {"typed": " ".join(words) or chosen["typed"]})
    order = Order(sort)
    with open_report(settings) as report:
        jobs = report.jobs(job_filter(report, typed), limit + 1, order=order)
        stalled = report.stalled(now())
    if as_json:
        print_json([job_json(job) for job in jobs[:limit]])
        return DONE
    tells_spent = order in (Order.CPU, Order.MEMORY)
    print_jobs(jobs[:limit], now(), stalled, tells_spent=tells_spent)
    if len(jobs) > limit and is_terminal():
        first = "newest" if order is Order.NEWEST else "first"
        note(f"these are the {first} {limit}: --limit shows more")
    return DONE
