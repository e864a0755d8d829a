"""Which running jobs are stalled: silent for longer than runs of their task usually take at all."""

from jobdash.database import Reader
from jobdash.job import MICROSECONDS
from jobdash.report.forecasts import SQL, ForecastReads
from jobdash.report.run_times import longest_silence
from jobdash.report.task_reads import TaskKey

# In microseconds: what is shorter alarms nobody.
SHORTEST_SILENCE = 10 * MICROSECONDS
_KEPT = 10 * MICROSECONDS


class SilenceReads(ForecastReads):
    """One question, cheap as long as everybody tells something, or ends, now and then."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self._limits: dict[TaskKey, tuple[int, float | None]] = {}

    def stalled(self, now: int) -> dict[int, int]:
        """Return the running jobs that are stalled, each with the moment of its last sign of life.

        That is its start or its last `progress`. A task of which few runs are known has no usual.
        """
        found = self._reader.rows(SQL["silent_jobs"], {"before": now - SHORTEST_SILENCE})
        return {
            seq: since
            for seq, queue, task, since in found
            if (limit := self._limit((queue, task), now)) is not None
            and now - since > limit * MICROSECONDS
        }

    def _limit(self, key: TaskKey, now: int) -> float | None:
        read_at, limit = self._limits.get(key, (now - _KEPT, None))
        if not 0 <= now - read_at < _KEPT:
            limit = self._longest_silence(key)
            self._limits[key] = now, limit
        return limit

    def _longest_silence(self, key: TaskKey) -> float | None:
        queue, task = key
        limit = longest_silence(self._past(queue).runs(task))
        return limit if limit is not None else self._of_old(key)

    def _of_old(self, key: TaskKey) -> float | None:
        """Return the same for a task that has no run of late, by the newest chunk that has one."""
        chunk = self.chunks_of_tasks(key[0]).get(key)
        runs = [] if chunk is None else self.runs_in_chunk(key, chunk)
        return longest_silence((run.finished_at - run.started_at) / MICROSECONDS for run in runs)
