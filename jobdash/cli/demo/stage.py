"""The demo's processes and its folder: all there inside a `with` block, all gone after it."""

import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from jobdash.cli.demo.helper import Helper, sample_environment
from jobdash.cli.demo.keeper import Keeper
from jobdash.cli.pool_process import PoolProcess, wait_until_serving
from jobdash.cli.samples import SAMPLES
from jobdash.errors import DatabaseError
from jobdash.report import Report

_ENDINGS = ("SIGTERM", "SIGHUP")
_LAST_WORKER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A demo that is set up: pool and servers work, nothing is enqueued yet.

    `environ` is what the tasks are run with.
    """

    database: Path
    helper: Helper
    keeper: Keeper
    environ: Mapping[str, str]


@contextmanager
def set_stage(
    database: Path | None,
    workers: int,
    keep: bool,
    tell: Callable[[str], None],
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[Stage]:
    """Start everything; at the end, however it comes, stop everything and remove the folder.

    Without `database` the file lies in the folder, which `keep` spares. `meanwhile` is done while
    the pool starts.
    """
    with ExitStack() as stack:
        stack.enter_context(_signals_that_unwind())
        folder = stack.enter_context(_scratch_folder(keep, tell))
        file = folder / "demo.db" if database is None else database.absolute()
        environ = sample_environment(file, folder)
        helper = stack.enter_context(Helper(file, folder, environ))
        environ = {**environ, **helper.addresses()}
        pool = PoolProcess(SAMPLES, file, workers, environ)
        stack.callback(_stop, pool)
        meanwhile()
        wait_until_serving(pool)
        keeper = stack.enter_context(Keeper(pool, tell))
        stack.callback(_be_deaf)
        yield Stage(file, helper, keeper, environ)


def _stop(pool: PoolProcess) -> None:
    pool.stop("now")
    # A pool that was killed takes its workers with it, but not at once.
    deadline = time.monotonic() + _LAST_WORKER_SECONDS
    while time.monotonic() < deadline and _is_somebody_left(pool.database):
        time.sleep(0.02)


def _is_somebody_left(database: Path) -> bool:
    try:
        with Report(database) as report:
            return bool(report.workers())
    except DatabaseError:
        return False


@contextmanager
def _scratch_folder(keep: bool, tell: Callable[[str], None]) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jobdash-demo-"))
    try:
        yield folder
    finally:
        if keep:
            tell(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _signals_that_unwind() -> Iterator[None]:
    """Let the usual ways to end a program leave through every `finally`, as Ctrl-C does."""
    numbers = [getattr(signal, name) for name in _ENDINGS if hasattr(signal, name)]
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    before[signal.SIGINT] = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _be_deaf() -> None:
    """From now on nothing may interrupt the clearing up, which takes a few seconds at most."""
    for name in (*_ENDINGS, "SIGINT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
