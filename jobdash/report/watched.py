"""What a pool has found in what it watches: alerts, tasks that keep failing, breakers."""

from typing import NamedTuple

from jobdash.alert import Alert, Level, Standing
from jobdash.database import statements
from jobdash.report.crew import CrewReads

SQL = statements("watch")

_MOST_FAILURES = 5_000


class Failure(NamedTuple):
    """A try that has failed; `ended_at` is in microseconds since the epoch."""

    seq: int
    number: int
    task: str
    ended_at: int
    error_type: str | None
    error_message: str | None


class Broken(NamedTuple):
    """A task that its breaker has paused, since when and why."""

    queue: str
    task: str
    since: int
    why: str


class WatchedReads(CrewReads):
    """Reads of alerts and of what breakers look at."""

    def kept_alerts(self, queue: str | None = None) -> list[Alert]:
        """Return every rule that the pools of a queue, or of all, have last looked at."""
        rows = self._reader.rows(SQL["alerts"], {"queue": queue or ""})
        return [
            Alert(owner, name, Standing(Level(level), since, rising, falling), what)
            for owner, name, level, since, rising, falling, what in rows
        ]

    def firing(self, queue: str | None = None) -> list[Alert]:
        """Return the alerts that are on, the worst first. Of a queue without a pool nobody knows.

        They are as old then as the last look of a pool that is gone.
        """
        found = [alert for alert in self.kept_alerts(queue) if alert.level]
        if not found:
            return []
        served = {worker.queue for worker in self.workers() if worker.kind == "pool"}
        return [alert for alert in found if alert.queue in served]

    def failures_after(self, since: int, queue: str) -> list[Failure]:
        """Return the tries that have failed since then, the first 5,000, in order."""
        parameters = {"since": since, "queue": queue, "most": _MOST_FAILURES}
        return [Failure(*row) for row in self._reader.rows(SQL["failures_after"], parameters)]

    def succeeded(self, queue: str) -> dict[str, int]:
        """Return how many jobs of each task have succeeded and are in the file."""
        return dict(self._reader.rows(SQL["succeeded"], {"queue": queue}))

    def broken(self) -> list[Broken]:
        """Return the tasks that breakers have paused."""
        return [Broken(*row) for row in self._reader.rows(SQL["broken"])]
