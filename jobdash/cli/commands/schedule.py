"""`jobdash schedule`: what is to come."""

from typing import Any

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.job_lines import print_jobs
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_table
from jobdash.job import Job
from jobdash.render import describe_when, job_json, rule_words
from jobdash.report import Periodic
from jobdash.rule import next_moments
from jobdash.text import format_age, iso, local_time

_HEAD = ("TASK", "RUNS", "NEXT", "IN", "LAST", "THEN")
_MOST = 100_000


@click.command("schedule", cls=FileCommand, example="jobdash schedule --json")
@click.option("--queue", metavar="NAME", help="Of this queue.")
@click.option(
    "--limit",
    type=click.IntRange(0, _MOST),
    default=20,
    show_default=True,
    help="At most so many delayed jobs.",
)
@json_option
@click.pass_obj
def schedule(settings: Settings, queue: str | None, limit: int, as_json: bool) -> int:
    """Show periodic tasks with their next times, then delayed jobs, the soonest first.

    Times are local.
    """
    moment = now()
    with open_report(settings) as report:
        periodic = report.periodic(queue)
        jobs = report.delayed(queue=queue, limit=limit)
        total = report.count_delayed(queue=queue)
    if as_json:
        documents = [_periodic_json(one, moment) for one in periodic]
        delayed = [job_json(job) for job in jobs]
        print_json({"periodic": documents, "delayed": delayed, "delayed_total": total})
    else:
        _print(periodic, jobs, total, moment)
    return DONE


def _print(periodic: list[Periodic], jobs: list[Job], total: int, moment: int) -> None:
    if periodic:
        print_table(_HEAD, [_row(one, moment) for one in periodic])
    else:
        note("no periodic tasks are registered: @huey.periodic_task(crontab(…)), then start a pool")
    if jobs:
        say()
        print_jobs(jobs, moment)
    if total > len(jobs):
        note(f"{len(jobs):,} of {total:,} delayed jobs are shown: --limit shows more")


def _row(one: Periodic, moment: int) -> tuple[str, ...]:
    soon, *then = next_moments(one.rule, moment) or (None,)
    return (
        one.name,
        rule_words(one.rule),
        "paused" if one.paused else _time(soon, moment),
        "" if soon is None else format_age(soon, moment),
        "never" if one.last is None else describe_when(one.last, moment),
        ", ".join(_time(at, moment) for at in then),
    )


def _time(at: int | None, moment: int) -> str:
    return "not known" if at is None else local_time(at, moment)


def _periodic_json(one: Periodic, moment: int) -> dict[str, Any]:
    return {
        "task": one.name,
        "queue": one.queue,
        "rule": rule_words(one.rule),
        "paused": one.paused,
        "next": [iso(at) for at in next_moments(one.rule, moment)],
        "last": None if one.last is None else job_json(one.last),
    }
