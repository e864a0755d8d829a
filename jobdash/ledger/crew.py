"""Who works on a queue: processes that register, end and are found dead; the tasks they know."""

from collections.abc import Callable, Sequence
from typing import Any

from jobdash.database import Database, statements
from jobdash.errors import AlreadyRunning
from jobdash.identity import Identity
from jobdash.job import TaskType
from jobdash.ledger.records import Present

SQL = statements("crew")


class Crew:
    """Writes down who is there."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue

    def register(
        self,
        kind: str,
        name: str,
        pool: int | None,
        identity: Identity,
        now: int,
        *,
        hold: Callable[[int], None] = lambda worker: None,
        only: Callable[[Present], bool] | None = None,
        size: int | None = None,
        wish: str | None = None,
        app: str | None = None,
    ) -> int:
        """Enter a process and return its worker id.

        `hold` takes the id's liveness lock before anyone else can see the row. If `only` is true
        of somebody present, nothing is entered and `AlreadyRunning` says who it is. A pool tells
        its `app`, and its `size` if it can be resized, a worker what is wanted of it from the
        start, its `wish`.
        """
        row = {"queue": self._queue, "kind": kind, "name": name, "pool": pool, "now": now}
        row |= {"size": size, "wish": wish, "app": app}
        with self._database.transaction() as tx:
            for other in map(_present, tx.run(SQL["present"], {"queue": self._queue})):
                if only is not None and only(other):
                    raise AlreadyRunning(
                        f"pool pid {other.identity.pid} already serves queue {self._queue!r} of"
                        f" {self._database.path}: look at it with `jobdash`, let this one help it"
                        " with --join, or stop it first"
                    )
            worker = tx.insert(SQL["register"], {**row, **_identity_columns(identity)})
            hold(worker)
        return worker

    def retire(
        self,
        worker: int,
        how: str,
        now: int,
        *,
        tidy: Callable[[list[Present]], None] = lambda rest: None,
    ) -> None:
        """Note that a worker has ended.

        `tidy` is told who is left, while nobody can register.
        """
        with self._database.transaction() as tx:
            tx.run(SQL["retire"], {"worker": worker, "how": how, "now": now})
            tidy([_present(row) for row in tx.run(SQL["present"], {"queue": self._queue})])

    def present(self) -> list[Present]:
        """Return everyone who has registered and not been retired, dead ones included."""
        return [
            _present(row) for row in self._database.rows(SQL["present"], {"queue": self._queue})
        ]

    def count(self, worker: int, done: int, failed: int) -> None:
        """Add to the numbers of jobs that a worker has done and failed."""
        with self._database.transaction() as tx:
            tx.run(SQL["count"], {"worker": worker, "done": done, "failed": failed})

    def record_tasks(self, tasks: Sequence[TaskType], now: int) -> None:
        """Write down which tasks the app has, so that readers need not import it."""
        with self._database.transaction() as tx:
            tx.run(SQL["forget_tasks"], {"queue": self._queue})
            for task in tasks:
                tx.run(SQL["record_task"], {**_task_columns(task), "now": now})

    def rules(self) -> list[tuple[str, str]]:
        """Return (task, rule) of every periodic task."""
        return self._database.rows(SQL["rules"], {"queue": self._queue})

    def keep_rule(self, task: str, rule: str) -> None:
        """Write down what has become known of a periodic task's rule."""
        with self._database.transaction() as tx:
            tx.run(SQL["keep_rule"], {"queue": self._queue, "name": task, "rule": rule})


def _present(row: tuple[Any, ...]) -> Present:
    id_, kind, name, pool, pid, pgid, boot, born = row
    return Present(id_, kind, name, pool, Identity(pid=pid, pgid=pgid, boot=boot, born=born))


def _identity_columns(identity: Identity) -> dict[str, Any]:
    return {
        "pid": identity.pid,
        "pgid": identity.pgid,
        "boot": identity.boot,
        "born": identity.born,
    }


def _task_columns(task: TaskType) -> dict[str, Any]:
    names = ("queue", "name", "parameters", "doc", "retries", "retry_delay", "priority")
    more = ("timeout", "periodic", "rule")
    return {name: getattr(task, name) for name in (*names, *more)}
