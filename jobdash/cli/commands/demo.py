"""`jobdash demo`: the sample tasks under a steady load."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE, JOB_FAILED
from jobdash.cli.looks import looks_options
from jobdash.cli.output import note, print_json
from jobdash.cli.parameters import DURATION
from jobdash.cli.patience import patience
from jobdash.cli.settings import Settings
from jobdash.cli.state import state_folder
from jobdash.cli.target import Target
from jobdash.errors import UsageError

_HEADLESS_SECONDS = 10.0


@click.command("demo", cls=FileCommand, example="jobdash demo --headless --seconds 10")
@click.option("-w", "--workers", type=click.IntRange(1, 64), default=4, help="Worker processes.")
@click.option("--headless", is_flag=True, help="Without a terminal; prints a summary.")
@click.option("--seconds", type=DURATION, help="How long the load goes on, if headless.")
@click.option("--keep", is_flag=True, help="Keep the folder with the database.")
@looks_options
@json_option
@click.pass_obj
def demo(
    settings: Settings,
    /,
    workers: int,
    headless: bool,
    seconds: float | None,
    keep: bool,
    as_json: bool,
    **looks: Any,
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
    theme, keys = Target(settings).taste
    looked = {
        "ascii": looks["ascii"],
        "mouse": not looks["no_mouse"],
        "theme": looks["theme"] or theme,
        "keys": keys,
    }
    return _run_dashboard(database, workers, keep, looked)


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


def _ending(database: Path | None, keep: bool) -> str:
    goes = "its jobs and files go" if database is None and not keep else "its jobs stay in the file"
    return f"The demo ends, and {goes}."


def _run_dashboard(
    database: Path | None, workers: int, keep: bool, looks: Mapping[str, Any]
) -> int:
    from jobdash.cli.demo.stage import set_stage
    from jobdash.cli.samples import SAMPLES
    from jobdash.tui import DashboardOptions, prepare_dashboard, run_dashboard
    from jobdash.tui.surroundings import check_terminal

    check_terminal()
    said: list[str] = []
    with ExitStack() as stack:
        with patience("Setting up the demo"):
            prepared = set_stage(database, workers, keep, said.append, prepare_dashboard)
            stage = stack.enter_context(prepared)
        stage.helper.start_load()
        options = DashboardOptions(
            stage.database,
            app=SAMPLES,
            note="demo",
            ending=_ending(database, keep),
            state=state_folder(),
            environ=stage.environ,
            **looks,
        )
        code = run_dashboard(options)
    for line in said:
        note(line)
    return code
