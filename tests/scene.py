"""Hueys on a scratch file, and what tests of them do again and again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from book import assert_sound, prepare

from jobdash import SqliteHuey
from jobdash.database import Database
from jobdash.job import Job, State
from jobdash.report import Report


class Scene:
    """One database file, the hueys on it and a reader that sees what a dashboard sees."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hueys: list[SqliteHuey] = []

    def huey(self, name: str = "huey", **options: Any) -> SqliteHuey:
        """Make a huey on the file. Keeps local time, as huey's own tests do."""
        prepare(self.path)
        options = {"filename": str(self.path), "utc": False, "durability": "fast"} | options
        made = SqliteHuey(name, **options)
        self.watch(made)
        return made

    def watch(self, huey: SqliteHuey) -> None:
        """Look at the jobs of a huey that was made elsewhere, and close it at the end."""
        self._hueys.append(huey)

    @property
    def database(self) -> Database:
        """The connection that the first huey uses."""
        database: Database = self._hueys[0].storage.database
        return database

    def job(self, ref: Any) -> Job:
        """Look a job up by number, id, task or result handle."""
        key = getattr(ref, "id", ref)
        with Report(self.path) as report:
            found = report.job_by_seq(key) if isinstance(key, int) else report.job(key)
        assert found is not None
        return found

    def state(self, ref: Any) -> State:
        """Return a job's state."""
        return self.job(ref).state

    def states(self) -> list[str]:
        """Return the state of every job, oldest first."""
        return [str(state) for (state,) in self.rows("SELECT state FROM job ORDER BY seq")]

    def outcomes(self, ref: Any) -> list[str | None]:
        """Return how each attempt at a job ended, oldest first."""
        with Report(self.path) as report:
            return [attempt.outcome for attempt in report.attempts(self.job(ref).seq)]

    def rows(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Read the file."""
        return self.database.rows(sql, parameters)

    def end(self) -> None:
        """Check that the file is sound and close it."""
        on_file = [huey for huey in self._hueys if huey.is_on_ledger]
        if on_file:
            assert_sound(on_file[0].storage.database)
        for huey in self._hueys:
            huey.storage.close()


def run_next(huey: SqliteHuey, at: Any = None) -> Any:
    """Run the next job as huey's consumer does; return what its body returned."""
    task = huey.dequeue()
    assert task is not None, "nothing is ready"
    return huey.execute(task, at)


def run_all(huey: SqliteHuey, *, fused: bool = False) -> int:
    """Run what is ready as a pool's worker does, until nothing is; return how many jobs ran."""
    count, claim = 0, huey.claim_next()
    while claim is not None:
        count += 1
        claim = huey.run_claim(claim, lambda: fused) or huey.claim_next()
    return count


def raises(error: BaseException) -> Callable[[], None]:
    """Return a body that raises this."""

    def body() -> None:
        raise error

    return body


def run_once(huey: SqliteHuey) -> None:
    """Run the next job as a pool's worker does."""
    claim = huey.claim_next()
    assert claim is not None
    huey.run_claim(claim, lambda: False)


def hear(huey: SqliteHuey) -> list[str]:
    """Note the names of all signals from now on."""
    heard: list[str] = []
    huey.signal()(lambda signal, *_: heard.append(signal))
    return heard


@contextmanager
def commits(scene: Scene) -> Iterator[Callable[[], int]]:
    """Count the transactions that the hueys' ledger makes."""
    database = scene.database
    begin, made = database.transaction, []

    def transaction(**options: Any) -> Any:
        made.append(1)
        return begin(**options)

    database.transaction = transaction  # type: ignore[method-assign]
    try:
        yield lambda: len(made)
    finally:
        database.transaction = begin  # type: ignore[method-assign]
