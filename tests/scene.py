"""What tests of the ledger and of huey do again and again, and what must hold after each."""

import zlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobdash import SqliteHuey
from jobdash.database import Database, open_database
from jobdash.identity import Identity
from jobdash.job import FINAL, Claim, Event, Job, State
from jobdash.ledger import Entry, Ledger, NewJob, Settled, Settlement
from jobdash.report import Report

NOW = 1_790_000_000_000_000
SECOND = 1_000_000
FAR = 4_000_000_000_000_000

_FINALS = ", ".join(f"'{state}'" for state in sorted(FINAL))

# A waiting job whose turn nothing can ever bring.
_STUCK = f"""
SELECT seq FROM job WHERE state = 'waiting' AND CASE
  WHEN EXISTS (SELECT 1 FROM chord WHERE callback = job.seq) THEN NOT EXISTS (
    SELECT 1 FROM chord JOIN chord_member USING (cid) JOIN job AS m ON m.seq = member
      WHERE callback = job.seq AND value IS NULL AND m.state NOT IN ({_FINALS}))
  ELSE coalesce((SELECT b.state FROM job AS b WHERE b.seq = job.after), 'failed') IN ({_FINALS})
END
"""

# A job outside the index that claims read although nobody has paused its task.
_HELD = """
SELECT seq FROM job WHERE held = 1 AND state = 'pending'
  AND NOT EXISTS (SELECT 1 FROM pause WHERE pause.queue = job.queue AND pause.task = job.task)
"""


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        open_database(path).close()
        return path.read_bytes()


def prepare(path: Path) -> None:
    """Put an empty database there, unless there is a file: making one takes three times as long."""
    if not path.exists():
        path.write_bytes(_empty_database())


def assert_sound(database: Database) -> None:
    """Check what holds for every file at rest, whatever has happened to it."""
    recount = database.rows("SELECT queue, state, count(*) FROM job GROUP BY queue, state")
    tally = database.rows("SELECT * FROM tally WHERE name <> 'place' AND value <> 0")
    assert sorted(tally) == sorted(recount), "the counts differ from a recount"
    assert database.rows("PRAGMA integrity_check") == [("ok",)]
    assert database.rows("PRAGMA foreign_key_check") == []
    for table in ("message", "result"):
        for data, checksum in database.rows(f"SELECT data, checksum FROM {table}"):
            assert zlib.crc32(data) == checksum, f"a changed {table}"
    assert database.rows(_STUCK) == [], "these jobs wait for ever"
    assert database.rows(_HELD) == [], "these jobs are held though nothing is paused"


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


class Book:
    """A ledger on a scratch file, and workers that are only numbers."""

    def __init__(self, path: Path, queue: str = "huey") -> None:
        self.rung = 0
        prepare(path)
        self.database = open_database(path, durability="fast")
        self.ledger = Ledger(self.database, queue, self._ring)

    def _ring(self) -> None:
        self.rung += 1

    def rows(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Read the file."""
        return self.database.rows(sql, parameters)

    def one(self, sql: str, parameters: Any = None) -> tuple[Any, ...]:
        """Read the one row that this finds."""
        (row,) = self.rows(sql, parameters)
        return row

    def row(self, seq: int) -> dict[str, Any]:
        """Return a job's whole row."""
        names = [name for (name,) in self.rows("SELECT name FROM pragma_table_info('job')")]
        (values,) = self.rows("SELECT * FROM job WHERE seq = ?", (seq,))
        return dict(zip(names, values, strict=True))

    def state(self, seq: int) -> str:
        """Return a job's state."""
        return str(self.row(seq)["state"])

    def write(self, sql: str, parameters: Any = None) -> None:
        """Change the file behind the ledger's back."""
        with self.database.transaction() as tx:
            tx.run(sql, parameters)

    def worker(self, name: str = "w", now: int = NOW) -> int:
        """Register a worker; no process stands behind it."""
        nobody = Identity(pid=0, pgid=None, boot="none", born=0)
        return self.ledger.crew.register("worker", name, None, nobody, now)

    def add(self, id_: str, now: int = NOW, **columns: Any) -> int:
        """Enter one job and return its number."""
        return self.enter(new_job(id_, **columns), now=now).seq

    def enter(self, *units: Any, now: int = NOW) -> Entry:
        """Enter units at once; return where the first went."""
        return self.ledger.intake.enqueue(units, now)[0]

    def claim(self, worker: int, now: int = NOW) -> Claim:
        """Claim the next job, which must be there."""
        claim = self.ledger.attempts.claim(worker, now)
        assert claim is not None, "nothing is ready"
        return claim

    def settle(self, claim: Claim, event: Event, now: int = NOW, **parts: Any) -> Settled:
        """End an attempt."""
        if event is Event.SUCCEED:
            parts = {"outcome": "succeeded"} | parts
        elif event in (Event.FAIL, Event.TRY_AGAIN):
            parts = {"outcome": "failed", "counted": True, "error_type": "Oops"} | parts
        return self.ledger.attempts.settle(claim, Settlement(event, **parts), now)

    def drain(self, worker: int, event: Event = Event.SUCCEED, now: int = NOW) -> list[str]:
        """End every job that is ready; return their ids in the order in which they came."""
        ids = []
        while claim := self.ledger.attempts.claim(worker, now):
            self.settle(claim, event, now)
            ids.append(claim.id)
        return ids

    def end(self) -> None:
        """Check that the file is sound and close it."""
        assert_sound(self.database)
        self.database.close()


def new_job(id_: str, **columns: Any) -> NewJob:
    """Describe a job for the ledger."""
    return NewJob(**{"id": id_, "task": "mail.send", "data": id_.encode()} | columns)
