"""Who works, on what tasks, and what is paused."""

import difflib
import json
from collections.abc import Iterable

from jobdash.errors import UnknownTask
from jobdash.job import TaskType, Worker
from jobdash.liveness import is_alive
from jobdash.report.reads import SQL, Reads
from jobdash.report.records import Row, task_of, worker_of
from jobdash.text import clean, shorten


class CrewReads(Reads):
    """Pools, workers, tasks, pauses."""

    def workers(self, everyone: bool = False) -> list[Worker]:
        """Return the living workers with the jobs they run, each pool before its own.

        With `everyone` also those that have ended, the 500 newest in all.
        """
        found = SQL["newest_workers" if everyone else "live_workers"]
        rows = self._reader.rows(SQL["worker_rows"].format(found=found))
        workers = [self._worker(row) for row in rows]
        return [worker for worker in workers if everyone or worker.alive]

    def recent_workers(self, since: int) -> list[Worker]:
        """Return the living workers, and of the 500 newest those that have ended since then."""
        query = SQL["worker_rows"].format(found=SQL["recent_workers"])
        return [self._worker(row) for row in self._reader.rows(query, {"since": since})]

    def pool(self, queue: str | None = None) -> Worker | None:
        """Return the living pool that serves the queue, or any queue of the file, or None."""
        pools = (worker for worker in self.workers() if worker.kind == "pool")
        return next((pool for pool in pools if queue in (None, pool.queue)), None)

    def app_of(self, queue: str) -> str | None:
        """Return the app that the queue's newest pool has imported, None if there never was one."""
        row = self._reader.one(SQL["app_of_queue"], {"queue": queue})
        return None if row is None else str(row[0])

    def names_of_workers(self, workers: Iterable[int]) -> dict[int, str]:
        """Return the names of these workers, those that have ended long ago too."""
        parameters = {"ids": json.dumps(sorted(set(workers)))}
        return dict(self._reader.rows(SQL["names_of_workers"], parameters))

    def tasks(self) -> list[TaskType]:
        """Return the tasks that pools have registered, by name."""
        return [task_of(row) for row in self._reader.rows(SQL["tasks"])]

    def task(self, name: str) -> TaskType:
        """Return the task of that name. Raises `UnknownTask`, which suggests near names."""
        tasks = self.tasks()
        found = next((task for task in tasks if task.name == name), None)
        if found is None:
            raise UnknownTask(_unknown_task(name, sorted({task.name for task in tasks})))
        return found

    def parameters(self, queue: str, task: str) -> str:
        """Return a task's signature as a pool wrote it down, `[]` if none has. See `TaskType`."""
        row = self._reader.one(SQL["parameters_of_task"], {"queue": queue, "task": task})
        return "[]" if row is None else str(row[0])

    def pauses(self) -> list[tuple[str, str]]:
        """Return (queue, task) of everything that is paused; task '' is the whole queue."""
        return [(queue, task) for queue, task in self._reader.rows(SQL["pauses"])]

    def _worker(self, row: Row) -> Worker:
        worker = worker_of(row, alive=False)
        if worker.ended_at is None and not self._is_copy and is_alive(self._reader.path, worker.id):
            return worker_of(row, alive=True)
        return worker


def _unknown_task(name: str, names: list[str]) -> str:
    problem = f"no task is called '{shorten(clean(name), 80)}'"
    if not names:
        return f"{problem}: none are registered yet, start a pool once with `jobdash worker`"
    near = difflib.get_close_matches(name, names, n=3) or _with_last_word(name, names)
    if near:
        return f"{problem}: did you mean {' or '.join(near)}?"
    return f"{problem}: `jobdash tasks` shows those that exist"


def _with_last_word(name: str, names: list[str]) -> list[str]:
    """Return the names that end in the same word: `send` finds `mail.send`."""
    last = name.rpartition(".")[2]
    return [known for known in names if known.rpartition(".")[2] == last][:3]
