"""`jobdash dead`: the dead-letter queue, which is the failed jobs, in groups that died alike."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from jobdash.cli.choice import Filter, filter_option, job_filter
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.job_lines import print_jobs
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_facts, print_table
from jobdash.job import State
from jobdash.render import error_text, job_json
from jobdash.report import DeadGroup, JobFilter, Report
from jobdash.text import format_age, iso

_ALL = JobFilter((State.FAILED,))
_MOST = 100_000
_HEAD = ("GROUP", "JOBS", "ERROR", "TASK", "WHERE", "LAST", "MESSAGE")


@click.command("dead", cls=FileCommand, example="jobdash dead --task 'mail.*'")
@click.argument("group", default="")
@click.option("--jobs", "as_jobs", is_flag=True, help="List the jobs, not the groups.")
@click.option("--task", default="", metavar="NAME", help="Of this task; 'mail.*' for several.")
@click.option("--text", default="", help="With this in task, id, arguments or error.")
@click.option("--error", default="", metavar="TYPE", help="With this type of error.")
@click.option("--queue", default="", metavar="NAME", help="Of this queue.")
@filter_option
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=50,
    show_default=True,
    help="At most so many lines.",
)
@json_option
@click.pass_obj
def dead(
    settings: Settings, /, group: str, as_jobs: bool, limit: int, as_json: bool, **chosen: Any
) -> int:
    """Show the jobs that failed for good, in groups that died of the same.

    GROUP, or the beginning of one: the jobs of this group. `retry`, `replay` and `discard` take
    them on, one by one or with --group.
    """
    with open_report(settings) as report:
        wanted = _wanted(report, group, Filter(**chosen))
        if group or as_jobs:
            _show_jobs(report, wanted, limit, as_json)
        else:
            _show_groups(report, wanted, limit, as_json)
    return DONE


def _wanted(report: Report, group: str, typed: Filter) -> JobFilter:
    return job_filter(report, replace(typed, states=((State.FAILED,),), group=group))


# -- groups --------------------------------------------------------------------------------------


def _show_groups(report: Report, wanted: JobFilter, limit: int, as_json: bool) -> None:
    groups, total = report.dead_groups(wanted, limit)
    if as_json:
        print_json([_group_json(group) for group in groups])
        return
    if not groups:
        note("there are no dead letters" if wanted == _ALL else "no dead letters match")
        return
    print_table(_HEAD, [_group_row(group) for group in groups], right=frozenset({1}))
    if total > len(groups):
        note(f"these are the largest {len(groups):,} of {total:,} groups: --limit shows more")


def _group_row(group: DeadGroup) -> Sequence[str]:
    job = group.newest
    return (
        group.signature,
        f"{group.jobs:,}",
        job.error_type or "",
        _tasks(group.tasks),
        job.error_where or "",
        f"{format_age(now(), group.last_at)} ago",
        job.error_message or job.reason or "",
    )


def _tasks(tasks: Sequence[str]) -> str:
    more = len(tasks) - 1
    return f"{tasks[0]} and {more} more" if more else tasks[0]


def _group_json(group: DeadGroup) -> dict[str, Any]:
    job = group.newest
    return {
        "group": group.signature,
        "count": group.jobs,
        "tasks": [*group.tasks],
        "error_type": job.error_type,
        "message": job.error_message,
        "where": job.error_where,
        "first_at": iso(group.first_at),
        "last_at": iso(group.last_at),
        "newest": job_json(job),
    }


# -- jobs ----------------------------------------------------------------------------------------


def _show_jobs(report: Report, wanted: JobFilter, limit: int, as_json: bool) -> None:
    jobs = report.jobs(wanted, limit)
    if as_json:
        print_json([job_json(job) for job in jobs])
        return
    if wanted.signature:
        _print_head(report, wanted.signature)
    print_jobs(jobs, now())
    total = report.count(wanted)
    if total > len(jobs):
        note(f"these are the newest {len(jobs):,} of {total:,}: --limit shows more")


def _print_head(report: Report, signature: str) -> None:
    groups, _ = report.dead_groups(JobFilter(signature=signature))
    for group in groups:
        count = "1 job" if group.jobs == 1 else f"{group.jobs:,} jobs"
        say(f"{group.signature}  {count}  {error_text(group.newest)}", style={"bold": True})
        print_facts(
            [
                ("where", group.newest.error_where or ""),
                ("tasks", ", ".join(group.tasks)),
                ("first", f"{iso(group.first_at)} ({format_age(now(), group.first_at)} ago)"),
                ("last", f"{iso(group.last_at)} ({format_age(now(), group.last_at)} ago)"),
            ]
        )
        say()
