"""The pool: a supervisor, the forker that imports the app, and the workers it forks.

Importing this package is cheap and works on every platform; `run_pool` loads the rest.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jobdash.errors import UnsupportedPlatform, UsageError
from jobdash.job import MOST_WORKERS

__all__ = ["MOST_WORKERS", "PoolOptions", "run_pool"]


@dataclass(frozen=True)
class PoolOptions:
    """What `jobdash worker` was asked for; the names are huey_consumer's.

    Without `database` the app's own file is served; with `queue` another queue is refused. With
    `join` it helps a pool that serves the queue already.
    A worker is replaced after `max_tasks` jobs, and when it takes more than `max_rss` MB after one.
    With `echo`, what jobs print is written to the pool's standard output too, not only kept.
    `shutdown_timeout` is in seconds, None waits for ever. `verbose` is True for -v, False for -q.
    With a `lifeline`, the reading end of a pipe, the pool ends when nobody holds the other end and
    nothing is left to do. `ignored` names options of huey_consumer that mean nothing here.
    """

    app: str
    database: str | None = None
    queue: str | None = None
    workers: int = 1
    worker_type: str = "process"
    join: bool = False
    periodic: bool = True
    max_tasks: int | None = None
    max_rss: int | None = None
    shutdown_timeout: float | None = None
    flush_locks: bool = False
    extra_locks: str = ""
    verbose: bool | None = None
    logfile: str | None = None
    simple_log: bool = False
    echo: bool = True
    reload: bool = False
    lifeline: int | None = None
    ignored: tuple[str, ...] = ()

    @property
    def renews_workers(self) -> bool:
        """Whether workers end by themselves while there is work."""
        return self.max_tasks is not None or self.max_rss is not None


class Companion(Protocol):
    """What lives beside a pool's work, in threads of its own."""

    def start(self) -> None:
        """Begin; the pool serves."""

    def stop(self) -> None:
        """End; the pool is about to leave."""


# Makes one for a file and a queue. It may wake workers by the first function, say what has happened
# by the second, and what may go wrong again and again by the third.
Say = Callable[[str], None]
MakeCompanion = Callable[[Path, str, Callable[[], None], Say, Say], Companion]


def run_pool(options: PoolOptions, companion: MakeCompanion | None = None) -> int:
    """Serve a queue until told to stop, and return the exit code.

    Raises `UsageError`, `UnsupportedPlatform`, `AppError`, `AlreadyRunning` or `DatabaseError`.
    """
    _check(options)
    from jobdash.pool.supervisor import Supervisor

    return Supervisor(options, companion).run()


def _check(options: PoolOptions) -> None:
    if sys.platform == "win32":
        raise UnsupportedPlatform(
            "a pool needs fork(), which Windows lacks: run it under WSL; enqueueing and reading"
            " work here"
        )
    if options.worker_type != "process":
        raise UsageError(
            f"a jobdash pool has process workers only: for {options.worker_type} workers run"
            f" `huey_consumer -k {options.worker_type} {options.app}`, on the same file"
        )
    if options.join and (options.flush_locks or options.extra_locks):
        raise UsageError("not --flush-locks with --join: jobs of the other pool may hold the locks")
    if not 1 <= options.workers <= MOST_WORKERS:
        raise UsageError(f"workers must be from 1 to {MOST_WORKERS}, not {options.workers}")
    if options.max_tasks is not None and options.max_tasks < 1:
        raise UsageError(f"max-tasks must be at least 1, not {options.max_tasks}")
    if options.max_rss is not None and options.max_rss < 1:
        raise UsageError(f"max-rss must be at least 1 MB, not {options.max_rss}")
    if options.shutdown_timeout is not None and not options.shutdown_timeout >= 0:
        raise UsageError(f"shutdown-timeout must not be negative: {options.shutdown_timeout}")
