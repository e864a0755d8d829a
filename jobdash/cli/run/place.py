"""Where commands are kept and run: their file, and the pool that runs them."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from jobdash.cli.failure import REFUSED
from jobdash.cli.output import note
from jobdash.cli.pool_process import PoolProcess
from jobdash.errors import DatabaseError
from jobdash.job import Worker
from jobdash.report import Report
from jobdash.shell import APP, QUEUE, commands_file


def prepare_file(named: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the file of the commands; make the folder of the default one, for its user alone.

    Raises `OSError`.
    """
    file = commands_file(environ) if named is None else named.absolute()
    if named is None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return file


class Helpers:
    """Workers for a file's commands while the block lasts: those that are there, or our own.

    Our own end by themselves: when we are gone, however that happens, and nothing is left to do. So
    who has come to use them meanwhile keeps them.
    """

    def __init__(self, file: Path, workers: int | None) -> None:
        self._file = file
        self._workers = workers
        self._pool: PoolProcess | None = None
        self._lifeline = -1
        self.are_ours = False

    def __enter__(self) -> "Helpers":
        self.keep()
        return self

    def keep(self) -> None:
        """Start workers if there are none. Raises `ProgramFailed` if ours cannot work."""
        if self._pool is not None and self._pool.alive():
            return
        if found_pool(self._file) is not None:
            # Perhaps somebody else was quicker, and ours had to leave.
            self.are_ours = False
            return
        code = self._pool.exit_code if self._pool is not None else 0
        if self._pool is not None and (code or 0) > 0 and code != REFUSED:
            raise self._pool.failure()
        self._start()

    def _start(self) -> None:
        self._let_go()
        theirs, self._lifeline = os.pipe()
        self.are_ours = True
        try:
            self._pool = PoolProcess(
                APP,
                self._file,
                self._workers or processors(),
                os.environ | {"JOBDASH_DB": str(self._file)},
                theirs,
            )
        finally:
            os.close(theirs)

    def tell(self) -> None:
        """Tell of workers that others have started, if they are fewer than were asked for."""
        pool = None if self.are_ours else found_pool(self._file)
        if pool is not None and self._workers and (pool.size or 0) < self._workers:
            note(f"the pool that serves {self._file} has {pool.size or 0} workers")

    def _let_go(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._let_go()


def found_pool(file: Path) -> Worker | None:
    """Return the living pool that runs the commands of a file."""
    try:
        with Report(file) as report:
            return report.pool(QUEUE)
    except DatabaseError:
        return None


def processors() -> int:
    """Return how many commands run at once if nobody says."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
