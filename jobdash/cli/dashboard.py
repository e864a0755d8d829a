"""Bare `jobdash`: the dashboard, with a pool if the file has none."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from jobdash.cli.app_file import ask_app_file
from jobdash.cli.clock import now
from jobdash.cli.output import note
from jobdash.cli.patience import patience
from jobdash.cli.pool_process import PoolProcess, is_served, wait_until_serving
from jobdash.cli.settings import Settings
from jobdash.cli.state import state_folder
from jobdash.cli.target import Target
from jobdash.database import Snapshot
from jobdash.errors import DatabaseError
from jobdash.report import Report
from jobdash.text import clock
from jobdash.tui import DashboardOptions, prepare_dashboard, run_dashboard
from jobdash.tui.surroundings import check_terminal

MOST_BY_ITSELF = 4
_SAMPLE_QUEUE = "samples"
_CAN_FORK = sys.platform != "win32"


@dataclass(frozen=True, slots=True)
class Wishes:
    """The dashboard's own options."""

    workers: int | None
    no_pool: bool
    read_only: bool
    ascii: bool
    no_mouse: bool
    theme: str | None


def show_dashboard(settings: Settings, wishes: Wishes) -> int:
    """Show the dashboard until the user leaves it; return the exit code."""
    check_terminal()
    target = Target(settings)
    app = chosen_app(target)
    database = chosen_file(target).absolute()
    starter = _PoolStarter(app, database, wishes.workers) if app and _CAN_FORK else None
    with patience("Opening the dashboard"):
        pool = starter.start(prepare_dashboard) if starter and not wishes.no_pool else None
        prepare_dashboard()
    options = _options(app, database, wishes, target)
    code = run_dashboard(replace(options, pool=pool, start_pool=starter.start if starter else None))
    for one in starter.started if starter else ():
        if one.alive():
            note(f"the pool works on: `jobdash` shows it again, `kill {one.pid}` stops it")
    return code


def _nothing() -> None:
    pass


class _PoolStarter:
    """Starts pools for one dashboard, and knows which it has started."""

    def __init__(self, app: str, database: Path, workers: int | None) -> None:
        self._app = app
        self._database = database
        self._workers = workers
        self.started: list[PoolProcess] = []

    def start(self, meanwhile: Callable[[], object] = _nothing) -> PoolProcess | None:
        """Start a pool and wait until it works; None if the file has one."""
        pool = start_pool(self._app, self._database, self._workers, meanwhile)
        if pool is not None:
            self.started.append(pool)
        return pool


def chosen_app(target: Target) -> str | None:
    """Return the app, ready to be imported by the processes that we start, or None for no app."""
    if _only_to_look_at(target.named_database) or _is_foreign(target):
        return None
    target.prepare_environment()
    return target.app


def _only_to_look_at(path: Path | None) -> bool:
    if path is None or not path.exists():
        return False
    return _copied(path) is not None or not os.access(path, os.W_OK)


def _copied(path: Path) -> Snapshot | None:
    try:
        with Report(path) as report:
            return report.snapshot()
    except DatabaseError:
        return None


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


def chosen_file(target: Target) -> Path:
    """Return the file, which the app tells if nobody else does."""
    return target.known_database or ask_app_file(target.app)


def start_pool(
    app: str,
    database: Path,
    workers: int | None,
    meanwhile: Callable[[], object] = _nothing,
) -> PoolProcess | None:
    """Start a pool if there is none, do something `meanwhile`, and wait until it works."""
    if is_served(database):
        return None
    pool = PoolProcess(app, database, workers or min(MOST_BY_ITSELF, os.cpu_count() or 1))
    try:
        meanwhile()
        wait_until_serving(pool)
    except BaseException:
        pool.stop("now")
        raise
    return pool if pool.alive() else None


def _options(app: str | None, database: Path, wishes: Wishes, target: Target) -> DashboardOptions:
    theme, other_keys = target.taste
    copied = _copied(database)
    return DashboardOptions(
        database,
        app=app,
        read_only=wishes.read_only or _only_to_look_at(database),
        note=f"a copy of {clock(copied.taken_at)}" if copied else "",
        is_copy=copied is not None,
        clock=now if copied is None else lambda: copied.taken_at,
        mouse=not wishes.no_mouse,
        ascii=wishes.ascii,
        theme=wishes.theme or theme,
        keys=other_keys,
        state=state_folder(),
    )
