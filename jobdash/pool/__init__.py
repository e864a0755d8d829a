"""The pool: a supervisor, the forker that imports the app, and the workers it forks.

Importing this package is cheap and works on every platform; `run_pool` loads the rest.
"""

import sys
from dataclasses import dataclass

from jobdash.errors import UnsupportedPlatform, UsageError

__all__ = ["PoolOptions", "run_pool"]

MOST_WORKERS = 1000


@dataclass(frozen=True)
class PoolOptions:
    """What `jobdash worker` was asked for; the names are huey_consumer's.

    Without `database` the app's own file is served; with `queue` another queue is refused. With
    `join` it helps a pool that serves the queue already.
    A worker is replaced after `max_tasks` jobs, and when it takes more than `max_rss` MB after one.
    `shutdown_timeout` is in seconds, None waits for ever. `verbose` is True for -v, False for -q.
    `ignored` names options that huey_consumer has and that mean nothing here.
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
    reload: bool = False
    ignored: tuple[str, ...] = ()

    @property
    def renews_workers(self) -> bool:
        """Whether workers end by themselves while there is work."""
        return self.max_tasks is not None or self.max_rss is not None


def run_pool(options: PoolOptions) -> int:
    """Serve a queue until told to stop, and return the exit code.

    Raises `UsageError`, `UnsupportedPlatform`, `AppError`, `AlreadyRunning` or `DatabaseError`.
    """
    _check(options)
    from jobdash.pool.supervisor import Supervisor

    return Supervisor(options).run()


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
