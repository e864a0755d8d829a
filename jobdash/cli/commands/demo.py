"""`jobdash demo`: the sample tasks under a steady load."""

from pathlib import Path

import click

from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE, JOB_FAILED
from jobdash.cli.output import note, print_json
from jobdash.cli.parameters import DURATION
from jobdash.cli.settings import Settings
from jobdash.errors import UsageError

_HEADLESS_SECONDS = 10.0


@click.command("demo", cls=FileCommand, example="jobdash demo --headless --seconds 10")
@click.option("-w", "--workers", type=click.IntRange(1, 64), default=4, help="Worker processes.")
@click.option("--headless", is_flag=True, help="Without a terminal; prints a summary.")
@click.option("--seconds", type=DURATION, help="How long the load goes on, if headless.")
@click.option("--keep", is_flag=True, help="Keep the folder with the database.")
@json_option
@click.pass_obj
def demo(
    settings: Settings,
    workers: int,
    headless: bool,
    seconds: float | None,
    keep: bool,
    as_json: bool,
) -> int:
    """Show the bundled sample tasks at work.

    Real jobs, retries, dead letters, a worker that is killed. Everything lies in a scratch folder,
    which is removed at the end. With --db the database lies there and stays.
    """
    if settings.app is not None:
        raise UsageError("the demo runs its own sample tasks: leave out -A")
    database = None if settings.database is None else Path(settings.database)
    if headless:
        return _run_headless(
            database, workers, keep, _HEADLESS_SECONDS if seconds is None else seconds, as_json
        )
    if seconds is not None or as_json:
        raise UsageError("--seconds and --json are for --headless")
    return _run_dashboard(database, workers, keep)


def _run_headless(
    database: Path | None, workers: int, keep: bool, seconds: float, as_json: bool
) -> int:
    from jobdash.cli.demo.headless import run_headless
    from jobdash.cli.demo.stage import set_stage
    from jobdash.cli.demo.summary import print_summary, summary_json

    with set_stage(database, workers, keep, note) as stage:
        note(f"{workers} workers on {stage.database}; the load ends in {seconds:g} s")
        summary = run_headless(stage, seconds)
    if as_json:
        print_json(summary_json(summary))
    else:
        print_summary(summary)
    return DONE if summary.is_complete else JOB_FAILED


def _run_dashboard(database: Path | None, workers: int, keep: bool) -> int:
    from jobdash.cli.demo.stage import set_stage
    from jobdash.cli.samples import SAMPLES
    from jobdash.tui import DashboardOptions, run_dashboard
    from jobdash.tui.surroundings import check_terminal

    check_terminal()
    said: list[str] = []
    with set_stage(database, workers, keep, said.append) as stage:
        stage.helper.start_load()
        code = run_dashboard(DashboardOptions(stage.database, app=SAMPLES, note="demo"))
    for line in said:
        note(line)
    return code
