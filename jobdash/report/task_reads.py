"""How the tasks of a file do: counts by the tally, durations by their newest runs.

A file may hold millions of jobs and no index by task. So the newest numbers are read once for all
tasks, and a task that has no run there is looked for in the newest chunk that holds one.
"""

import json
from collections import defaultdict
from collections.abc import Sequence

from jobdash.database import statements
from jobdash.job import CHUNK, State
from jobdash.report.reads import Reads
from jobdash.report.task_stats import Run, binned

SQL = statements("figures")

TaskKey = tuple[str, str]
NO_LIMIT = -1

# So many numbers are looked at for all tasks together, and so many runs of each are counted.
NEWEST = 10_000
MOST_RUNS = 1_000
# So many jobs, evenly spread, stand for all of a trend's time.
_SAMPLED = 3_000


class TaskReads(Reads):
    """Reads about tasks. A task is known by (queue, name)."""

    def task_counts(self, queue: str | None = None) -> dict[TaskKey, dict[State, int]]:
        """Return how many jobs of each task are in each state; states without jobs are left out."""
        found: dict[TaskKey, dict[State, int]] = defaultdict(dict)
        for name, task, state, jobs in self._reader.rows(SQL["task_counts"], _only(queue)):
            found[name, task][State(state)] = jobs
        return dict(found)

    def newest_runs(self, queue: str | None = None) -> dict[TaskKey, list[Run]]:
        """Return the runs among the newest 10,000 jobs by task, newest first, 1,000 of each."""
        newest = self._newest_number()
        found: dict[TaskKey, list[Run]] = defaultdict(list)
        for name, task, run in self._runs(queue, "", newest - NEWEST, newest, NO_LIMIT):
            if len(found[name, task]) < MOST_RUNS:
                found[name, task].append(run)
        return dict(found)

    def chunks_of_tasks(self, queue: str | None = None) -> dict[TaskKey, int]:
        """Return the newest chunk of numbers that holds ended jobs of each task."""
        rows = self._reader.rows(SQL["chunks_of_tasks"], _only(queue))
        return {(name, task): chunk for name, task, chunk in rows}

    def runs_in_chunk(self, key: TaskKey, chunk: int) -> list[Run]:
        """Return the runs of one task in a chunk of numbers, newest first, at most 1,000."""
        low = chunk * CHUNK
        found = self._runs(key[0], key[1], low - 1, low + CHUNK - 1, MOST_RUNS)
        return [run for _, _, run in found]

    def trends(
        self, since: int, now: int, bins: int, queue: str | None = None
    ) -> dict[TaskKey, tuple[int, ...]]:
        """Return about how many jobs of each task ended in each part of the time since then.

        Of those enqueued since then. Exact for the first 3,000 of them, an estimate for more.
        """
        first, newest = self._first_since(since), self._newest_number()
        stride = max(1, -(-(newest - first + 1) // _SAMPLED))
        seqs = json.dumps(list(range(newest, first - 1, -stride)))
        ends: dict[TaskKey, list[int]] = defaultdict(list)
        for name, task, at in self._reader.rows(SQL["ends_of"], _only(queue) | {"seqs": seqs}):
            ends[name, task].append(at)
        return {
            key: tuple(count * stride for count in binned(moments, since, now, bins))
            for key, moments in ends.items()
        }

    def _runs(
        self, queue: str | None, task: str, above: int, upto: int, most: int
    ) -> Sequence[tuple[str, str, Run]]:
        parameters = {**_only(queue), "task": task, "above": above, "upto": upto, "most": most}
        rows = self._reader.rows(SQL["newest_runs"], parameters)
        return [(name, task, Run(*numbers)) for name, task, *numbers in rows]

    def _newest_number(self) -> int:
        ((newest,),) = self._reader.rows(SQL["newest_number"])
        return int(newest)

    def _first_since(self, since: int) -> int:
        """Return about the first number that was given out since then.

        By halves, because no index knows the times; numbers are given in their order.
        """
        low, high = 0, self._newest_number() + 1
        while low < high:
            middle = (low + high) // 2
            rows = self._reader.rows(SQL["enqueued_at"], {"seq": middle})
            if rows and rows[0][1] < since:
                low = int(rows[0][0]) + 1
            else:
                high = middle
        return low


def _only(queue: str | None) -> dict[str, str]:
    return {"queue": queue or ""}
