"""A ledger on a scratch file, workers that are only numbers, and what must hold at the end."""

import zlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobdash.database import Database, open_database, statements
from jobdash.identity import Identity
from jobdash.job import FINAL, Claim, Event
from jobdash.ledger import Entry, Ledger, NewJob, NextStep, Settled, Settlement

NOW = 1_790_000_000_000_000
SECOND = 1_000_000
FAR = 4_000_000_000_000_000

ADMIT = statements("lanes")["let_one_through"]
PUSH_OUT = statements("lanes")["push_one_out"]

# Running jobs are counted by their index, so the tally leaves them out.
TALLY = "SELECT chunk, queue, task, state, jobs FROM tally WHERE chunk >= 0 AND jobs <> 0"
RECOUNT = """
SELECT seq / 32768, queue, task, state, count(*) FROM job WHERE state <> 'running'
  GROUP BY 1, 2, 3, 4
"""

LANES = "SELECT batch, task, queue, phase, jobs FROM lane WHERE jobs <> 0"
RECOUNT_LANES = """
SELECT coalesce(batch, ''), task, queue, CASE state WHEN 'running' THEN 'admitted'
    WHEN 'pending' THEN iif(held, 'held', 'admitted') ELSE state END AS phase, count(*)
  FROM job WHERE in_lane GROUP BY 1, 2, 3, 4
"""

_FINALS = ", ".join(f"'{state}'" for state in sorted(FINAL))

# A waiting job whose turn nothing can ever bring.
_STUCK = f"""
SELECT seq FROM job WHERE state = 'waiting' AND CASE
  WHEN EXISTS (SELECT 1 FROM chord WHERE callback = job.seq) THEN NOT EXISTS (
    SELECT 1 FROM chord JOIN chord_member USING (cid) JOIN job AS m ON m.seq = member
      WHERE callback = job.seq AND value IS NULL AND m.state NOT IN ({_FINALS}))
  WHEN EXISTS (SELECT 1 FROM batch WHERE seq IN (then_job, notify_job)) THEN EXISTS (
    SELECT 1 FROM batch WHERE seq IN (then_job, notify_job) AND finished_at IS NOT NULL)
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
    recount = database.rows(RECOUNT)
    tally = database.rows(TALLY)
    assert sorted(tally) == sorted(recount), "the counts differ from a recount"
    lanes = database.rows(RECOUNT_LANES)
    assert sorted(database.rows(LANES)) == sorted(lanes), "the lanes differ from a recount"
    with database.transaction() as tx:
        for (queue,) in tx.run("SELECT DISTINCT queue FROM lane"):
            where = {"queue": queue, "batch": None, "task": None, "rated": None}
            assert not tx.change(ADMIT, where), "somebody is held though there is room"
            assert not tx.change(PUSH_OUT, where), "somebody less urgent was let through"
    assert database.rows("PRAGMA integrity_check") == [("ok",)]
    assert database.rows("PRAGMA foreign_key_check") == []
    for table in ("message", "result"):
        for data, checksum in database.rows(f"SELECT data, checksum FROM {table}"):
            assert zlib.crc32(data) == checksum, f"a changed {table}"
    assert database.rows(_STUCK) == [], "these jobs wait for ever"
    assert database.rows(_HELD) == [], "these jobs are held though nothing is paused"


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
            parts = {"outcome": "failed", "is_failure": True, "error_type": "Oops"} | parts
        return self.ledger.attempts.settle(claim, Settlement(event, **parts), now)

    def drain(self, worker: int, event: Event = Event.SUCCEED, now: int = NOW) -> list[str]:
        """End every job that is ready; return their ids in the order in which they came."""
        ids = []
        while claim := self.ledger.attempts.claim(worker, now):
            self.settle(claim, event, now)
            ids.append(claim.id)
        return ids

    def run_pipelines(self, worker: int) -> None:
        """Let every job that is ready succeed, with the steps that follow it."""
        step = NextStep(b"turn", "[]", "{}")
        while claim := self.ledger.attempts.claim(worker, NOW):
            self.settle(claim, Event.SUCCEED, linked=True, next_step=step)

    def end(self) -> None:
        """Check that the file is sound and close it."""
        assert_sound(self.database)
        self.database.close()


def new_job(id_: str, **columns: Any) -> NewJob:
    """Describe a job for the ledger."""
    return NewJob(**{"id": id_, "task": "mail.send", "data": id_.encode()} | columns)
