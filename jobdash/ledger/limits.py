"""How many jobs of a task may run at once, as the app says; how the jobs that are there fall in."""

import json
from collections.abc import Callable

from jobdash.database import Database, Transaction, statements
from jobdash.ledger import lanes
from jobdash.ledger.rows import SQL as LEDGER

SQL = statements("limits")

COUNT_AT_ONCE = 500


class Limits:
    """Writes limits down. Until it has been told of one, the file knows none."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._ring = ring

    def known(self) -> dict[str, int]:
        """Return the limit of each task that has one."""
        return dict(self._database.rows(SQL["known"], {"queue": self._queue}))

    def set(self, task: str, concurrency: int) -> None:
        """Let so many jobs of a task run at once, and no more; what runs by now goes on."""
        if self.known().get(task) == concurrency:
            return
        values = {"queue": self._queue, "task": task, "concurrency": concurrency}
        with self._database.transaction() as tx:
            tx.run(SQL["set"], values)
            tx.run(SQL["count_running"], values)
            tx.run(SQL["pull_back"], values)
            lanes.let_through(tx, self._queue)
        for (chunk,) in self._database.rows(LEDGER["chunks_to_hold"], values):
            while self._count_some(task, chunk) == COUNT_AT_ONCE:
                pass
        self._ring()

    def lift(self, task: str) -> None:
        """Let any number of jobs of a task run at once."""
        values = {"queue": self._queue, "task": task}
        with self._database.transaction() as tx:
            tx.run(SQL["lift"], values)
        while self._free_some():
            self._ring()

    def _count_some(self, task: str, chunk: int) -> int:
        """Count jobs in that came before the limit, and hold those back that may not run now."""
        where = {"queue": self._queue, "task": task, "chunk": chunk, "most": COUNT_AT_ONCE}
        with self._database.transaction() as tx:
            found = [seq for (seq,) in tx.run(SQL["uncounted"], where)]
            tx.run(SQL["count_in"], {"seqs": json.dumps(found)})
            lanes.let_through(tx, self._queue)
        return len(found)

    def _free_some(self) -> bool:
        with self._database.transaction() as tx:
            return _is_busy(tx, self._queue)


def _is_busy(tx: Transaction, queue: str) -> bool:
    return lanes.let_through(tx, queue, COUNT_AT_ONCE) == COUNT_AT_ONCE
