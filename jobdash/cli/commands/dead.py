"""`jobdash dead`: the dead-letter queue, which is the failed jobs."""

from collections.abc import Sequence
from typing import Any

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.job_lines import print_jobs
from jobdash.cli.output import note, print_json
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_table
from jobdash.job import Job, State
from jobdash.render import error_text, job_json
from jobdash.report import JobFilter
from jobdash.text import format_age, iso
from jobdash.tui.dead_letters import EXAMINED, DeadGroup, group_dead

_DEAD = JobFilter(states=(State.FAILED,))
_HEAD = ("JOBS", "TASK", "ERROR", "LAST", "NEWEST")


@click.command("dead", cls=FileCommand, example="jobdash dead --by-error")
@click.option("--by-error", is_flag=True, help="Group them by task and kind of error.")
@click.option(
    "--limit",
    type=click.IntRange(1, EXAMINED),
    default=50,
    show_default=True,
    help="At most so many jobs.",
)
@json_option
@click.pass_obj
def dead(settings: Settings, by_error: bool, limit: int, as_json: bool) -> int:
    """List the jobs that failed for good. `retry`, `replay` and `discard` take them on."""
    with open_report(settings) as report:
        jobs = report.jobs(_DEAD, EXAMINED if by_error else limit)
        total = report.count(_DEAD)
    if by_error:
        _print_groups(group_dead(jobs), as_json)
    elif as_json:
        print_json([job_json(job) for job in jobs])
    else:
        _print_all(jobs, total)
    return DONE


def _print_all(jobs: Sequence[Job], total: int) -> None:
    print_jobs(jobs, now())
    if total > len(jobs):
        note(f"these are the newest {len(jobs):,} of {total:,}")


def _print_groups(groups: Sequence[DeadGroup], as_json: bool) -> None:
    if as_json:
        print_json([_group_json(group) for group in groups])
        return
    rows = [
        (
            f"{len(group.seqs):,}",
            group.task,
            group.error_type,
            f"{format_age(now(), group.last_at)} ago",
            f"#{group.newest.seq} {error_text(group.newest)}",
        )
        for group in groups
    ]
    print_table(_HEAD, rows, right=frozenset({0}))


def _group_json(group: DeadGroup) -> dict[str, Any]:
    return {
        "task": group.task,
        "error_type": group.error_type or None,
        "count": len(group.seqs),
        "first_at": iso(group.first_at),
        "last_at": iso(group.last_at),
        "seqs": [*group.seqs],
        "newest": job_json(group.newest),
    }
