"""`jobdash workers`: who works, and on what."""

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json
from jobdash.cli.reading import NOBODY_WORKS, open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_table
from jobdash.job import Worker
from jobdash.render import worker_json
from jobdash.text import format_age

_HEAD = ("WORKER", "KIND", "NAME", "PID", "UP", "DONE", "FAILED", "DOES")


@click.command("workers", cls=FileCommand, example="jobdash workers --all --json")
@click.option("--all", "everyone", is_flag=True, help="Also those that have ended.")
@json_option
@click.pass_obj
def workers(settings: Settings, everyone: bool, as_json: bool) -> int:
    """List pools and workers with the jobs that they run."""
    with open_report(settings) as report:
        found = report.workers(everyone)
    if as_json:
        print_json([worker_json(worker) for worker in found])
    elif found:
        moment = now()
        rows = [_row(worker, moment) for worker in found]
        print_table(_HEAD, rows, right=frozenset({0, 3, 5, 6}))
    else:
        note(NOBODY_WORKS)
    return DONE


def _row(worker: Worker, moment: int) -> tuple[str, ...]:
    return (
        str(worker.id),
        worker.kind,
        worker.name,
        str(worker.pid),
        format_age(worker.ended_at or moment, worker.started_at),
        f"{worker.done:,}",
        f"{worker.failed:,}",
        _does(worker, moment),
    )


def _does(worker: Worker, moment: int) -> str:
    if not worker.alive:
        return worker.ended_how or "died"
    if worker.job is None:
        return "supervises" if worker.kind == "pool" else "idle"
    since = format_age(moment, worker.job_started_at or moment)
    return f"#{worker.job} {worker.job_task} for {since}"
