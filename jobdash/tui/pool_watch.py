"""Watches a pool that was started for the dashboard: starts it again once, then only tells."""

from collections.abc import Callable

from jobdash.errors import JobdashError
from jobdash.text import clean
from jobdash.tui.asking.questions import Head
from jobdash.tui.options import DashboardOptions, PoolHandle


class PoolWatch:
    """Knows whether jobs are being worked on, and what to tell the user if not."""

    def __init__(self, options: DashboardOptions, restarted: Callable[[], object]) -> None:
        self.pool: PoolHandle | None = options.pool
        self._start = options.start_pool
        self._restarted = restarted
        self._restarts = 0
        self._failure = ""
        self._copy = f"{options.note}, to look at only" if options.is_copy else ""
        here = "+ on Workers starts one, or" if options.start_pool else "Start one"
        self._advice = f"{here}: {_command(options)}"

    @property
    def is_ours(self) -> bool:
        """Whether a living pool was started for this dashboard."""
        return self.pool is not None and self.pool.alive()

    def must_restart(self) -> bool:
        """Whether the pool died for the first time. Called once a second."""
        return self.pool is not None and not self._restarts and not self.pool.alive()

    def restart(self) -> None:
        """Start the pool again. Runs in a worker thread."""
        self._restarts += 1
        if self.pool is not None:
            try:
                self.pool.restart()
            except (OSError, JobdashError) as error:
                self._failure = str(error)
            else:
                self._restarted()

    def start(self) -> str:
        """Start a pool because a key asked for one. Runs in a worker thread."""
        if self._start is None:
            return f"No pool can be started from here. {self._advice}"
        try:
            self.pool = self._start() or self.pool
        except (OSError, JobdashError) as error:
            return f"No pool was started: {error}"
        self._restarts, self._failure = 0, ""
        return ""

    def banner(self, head: Head | None) -> str:
        """Return what to tell the user about the pool, '' if all is well."""
        if self._copy:
            return f"This is {self._copy}: as everything stood then."
        if head is None or head.pool is not None or self.is_ours:
            return self._plain_messages(head)
        if self._failure:
            return f"The pool died and could not be started again ({self._failure})."
        if self._restarts:
            return f"The pool died again: no job starts. {self._advice}"
        return f"No pool is running: no job starts. {self._advice}"

    def _plain_messages(self, head: Head | None) -> str:
        if head is None or not head.plain_messages:
            return ""
        return (
            f"{head.plain_messages} messages came from a producer that imports plain huey:"
            " change its import to jobdash."
        )


def _command(options: DashboardOptions) -> str:
    app = f" -A {options.app}" if options.app else ""
    return clean(f"jobdash worker{app} --db {options.database}")
