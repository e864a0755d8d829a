"""Bare `jobdash`: the dashboard, with a pool if the file has none."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from jobdash.cli.app_file import ask_app_file
from jobdash.cli.output import note
from jobdash.cli.pool_process import PoolProcess, is_served, wait_until_serving
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.errors import DatabaseError
from jobdash.report import Report
from jobdash.tui import DashboardOptions, run_dashboard
from jobdash.tui.surroundings import check_terminal

MOST_BY_ITSELF = 4
_SAMPLE_QUEUE = "samples"


@dataclass(frozen=True, slots=True)
class Wishes:
    """The dashboard's own options."""

    workers: int | None
    no_pool: bool
    read_only: bool
    ascii: bool
    no_mouse: bool


def show_dashboard(settings: Settings, wishes: Wishes) -> int:
    """Show the dashboard until the user leaves it; return the exit code."""
    check_terminal()
    target = Target(settings)
    app = _app(target)
    database = _database(target).absolute()
    pool = None
    if app is not None and not wishes.no_pool and sys.platform != "win32":
        pool = _pool_for(app, database, wishes.workers)
    code = run_dashboard(_options(app, database, pool, wishes))
    if pool is not None and pool.alive():
        note(f"the pool works on: `jobdash` shows it again, `kill {pool.pid}` stops it")
    return code


def _app(target: Target) -> str | None:
    """Return the app, ready to be imported by the processes that we start, or None for no app."""
    if _is_foreign(target):
        return None
    target.prepare_environment()
    return target.app


def _is_foreign(target: Target) -> bool:
    """Whether the file is somebody's whose app is not named: to look at, not to run samples on."""
    if target.is_app_named or target.named_database is None:
        return False
    try:
        with Report(target.named_database) as report:
            is_foreign = bool({*report.queues()} - {_SAMPLE_QUEUE})
    except DatabaseError:
        return False
    if is_foreign:
        note("no app is named, so nothing can be run or enqueued here (name it: -A module:attr)")
    return is_foreign


def _database(target: Target) -> Path:
    return target.known_database or ask_app_file(target.app)


def _pool_for(app: str, database: Path, workers: int | None) -> PoolProcess | None:
    """Start a pool if there is none, and wait until it works."""
    if is_served(database):
        return None
    pool = PoolProcess(app, database, workers or min(MOST_BY_ITSELF, os.cpu_count() or 1))
    try:
        wait_until_serving(pool)
    except BaseException:
        pool.stop("now")
        raise
    return pool if pool.alive() else None


def _options(
    app: str | None, database: Path, pool: PoolProcess | None, wishes: Wishes
) -> DashboardOptions:
    return DashboardOptions(
        database,
        app=app,
        pool=pool,
        read_only=wishes.read_only,
        mouse=not wishes.no_mouse,
        ascii=wishes.ascii,
    )
