"""A pool as a process of its own, started and stopped from here."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from jobdash.cli.app_file import last_line
from jobdash.cli.failure import ProgramFailed
from jobdash.cli.output import note
from jobdash.database.placement import check_place
from jobdash.errors import DatabaseError
from jobdash.report import Report
from jobdash.sidecar import sidecar
from jobdash.tui import StopHow

# What a shell reports for a program that signal N has ended is this plus N.
SIGNALLED = 128
_POLL_SECONDS = 0.02
_SLOW_IMPORT_SECONDS = 30.0
_QUICK_END_SECONDS = 0.5
_PATIENCE_SECONDS = 15.0


class PoolProcess:
    """`jobdash worker` in a session of its own, so that it lives on unless it is stopped.

    What it says goes to a log beside the file; what jobs print is kept for them alone. With a
    `lifeline`, the reading end of a pipe, it ends by itself when nobody holds the other end and
    nothing is left to do.
    """

    def __init__(
        self,
        app: str,
        database: Path,
        workers: int,
        environ: Mapping[str, str] | None = None,
        lifeline: int | None = None,
    ) -> None:
        check_place(database)
        self.database = database
        self.log = Path(sidecar(database, "-log"))
        self._environ = environ
        self._command = [
            *(sys.executable, "-m", "jobdash", "worker", "-A", app, "--db", str(database)),
            *("-w", str(workers), "--no-echo"),
        ]
        self._inherited: tuple[int, ...] = ()
        if lifeline is not None:
            self._command += ["--lifeline", str(lifeline)]
            self._inherited = (lifeline,)
        self._process = self._start(os.O_TRUNC)

    @property
    def pid(self) -> int:
        """The process of the pool's supervisor."""
        return self._process.pid

    def alive(self) -> bool:
        """Return whether the process is still there."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """With what it has ended; None while it is there."""
        return self._process.poll()

    def was_killed(self) -> bool:
        """Return whether a signal has ended it, and no decision of its own."""
        return (self._process.poll() or 0) < 0

    def restart(self) -> None:
        """Start it again after it died."""
        self._process = self._start(os.O_APPEND)

    def stop(self, how: StopHow) -> None:
        """End it: `finish` lets running jobs end first, `now` interrupts them."""
        if self.alive():
            self._process.terminate()
            if how == "now":
                # Another signal than the first, for two alike may arrive as one.
                self._process.send_signal(signal.SIGINT)
                self._wait()
            else:
                self._let_finish()

    def failure(self) -> ProgramFailed:
        """Return why it has ended, in the words of its log."""
        words = last_line(self.log.read_text(encoding="utf-8", errors="replace"))
        code = self._process.wait()
        return ProgramFailed(words, code if code >= 0 else SIGNALLED - code)

    def _start(self, how: int) -> subprocess.Popen[bytes]:
        try:
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | how, 0o600)
        except OSError as error:
            raise DatabaseError(f"cannot write {self.log}: {error.strerror}") from error
        try:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self._inherited,
                env=self._environ,
            )
        finally:
            os.close(log)

    def _let_finish(self) -> None:
        try:
            self._process.wait(_QUICK_END_SECONDS)
        except subprocess.TimeoutExpired:
            note("the pool ends after its running jobs; Ctrl-C puts them back into the queue")
            try:
                self._process.wait()
            except KeyboardInterrupt:
                self.stop("now")

    def _wait(self) -> None:
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def is_served(database: Path) -> bool:
    """Return whether a living pool serves the file."""
    try:
        with Report(database) as report:
            return report.pool() is not None
    except DatabaseError:
        return False


def wait_until_serving(pool: PoolProcess) -> None:
    """Return once a pool serves the file, or after half a minute, for some apps import slowly.

    Raises `ProgramFailed` if the pool ended instead.
    """
    deadline = time.monotonic() + _SLOW_IMPORT_SECONDS
    while not is_served(pool.database):
        if not pool.alive():
            raise pool.failure()
        if time.monotonic() > deadline:
            return
        time.sleep(_POLL_SECONDS)
