"""Batches: made, filled bit by bit, closed; or given up, and then nothing of it has been there.

A batch is in the file before its first job. Unless it may begin before it is complete, its jobs
are held back until it is closed, so whoever dies while he fills it leaves nothing half begun.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from jobdash.database import Conflict, Database, Transaction, statements
from jobdash.errors import Refused
from jobdash.ledger import lanes, pruning, rows
from jobdash.ledger.intake import Intake
from jobdash.ledger.records import Entry, NewChord, NewJob
from jobdash.policy import Stop

SQL = statements("batches")

DROP_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to be made. `rate` is in jobs started per second; `source` is JSON.

    None of an `is_whole` one runs before it is closed. `total` is the number of its inputs, if that
    is known already. It begins when the job with the number `after` has succeeded.
    """

    name: str
    task: str = ""
    tags: tuple[str, ...] = ()
    source: str = "{}"
    total: int | None = None
    is_whole: bool = True
    is_paused: bool = False
    priority: float | None = None
    concurrency: int | None = None
    rate: float | None = None
    stop: Stop | None = None
    after: int | None = None


class Made(NamedTuple):
    """A batch that is in the file: its number, and the name that it got."""

    id: int
    name: str


class Input(NamedTuple):
    """What one unit of a batch was made of: as it was read, as JSON, and a hash of that."""

    hash: int | None = None
    data: str | None = None


class Batches:
    """Makes batches and fills them."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._ring = ring
        self._intake = Intake(database, queue, ring)

    def create(self, new: NewBatch, now: int) -> Made:
        """Make a batch. If there has been one of its name, it gets a number: night, night-2."""
        with self._database.transaction(durable=True) as tx:
            for name in _names(tx, new.name):
                try:
                    id_ = tx.insert(SQL["insert_batch"], _columns(new, self._queue, name, now))
                    break
                except Conflict:
                    continue
            rows.log(tx, now, None, "batch created", name)
        return Made(id_, name)

    def enter(
        self,
        batch: Made,
        units: Sequence[NewJob | NewChord],
        first: int,
        now: int,
        groups: Iterable[slice] = (),
        inputs: Sequence[Input] = (),
    ) -> list[Entry]:
        """Enter units into a batch in one transaction; return where each went.

        They are made of the inputs from number `first` on. Raises `Refused`, and enters nothing, if
        the batch is closed, somebody has cancelled it, or somebody else fills it too.
        """
        with self._database.transaction(durable=True) as tx:
            self._check_open(tx, batch, first)
            entries = self._intake.enter_all(tx, units, now, groups)
            for number, entry in enumerate(entries):
                row = inputs[number] if inputs else Input()
                tx.run(SQL["insert_input"], (batch.id, first + number, entry.seq, *row))
        self._ring()
        return entries

    def close(self, batch: Made, now: int) -> None:
        """Note that all of a batch is there: now it may run, and end."""
        with self._database.transaction(durable=True) as tx:
            tx.run(SQL["close"], {"id": batch.id, "now": now})
            lanes.keep(tx, self._queue, now)
        self._ring()

    def last_number(self, batch: Made) -> int:
        """Return the number of the last input that has been entered, 0 if there is none."""
        ((number,),) = self._database.rows(SQL["last_number"], {"id": batch.id})
        return int(number)

    def give_up(self, batch: Made, now: int) -> None:
        """Take out what has been entered of a batch that cannot be completed, and the batch.

        One that somebody has cancelled meanwhile stays as it is.
        """
        if self._is_cancelled(batch):
            return
        while self._drop_some(batch):
            pass
        with self._database.transaction() as tx:
            pruning.drop(tx, [seq for (seq,) in tx.run(SQL["all_followers"], {"id": batch.id})])
            tx.run(SQL["drop_batch"], {"id": batch.id})
            tx.run(SQL["drop_lanes"], {"name": batch.name})
            rows.log(tx, now, None, "batch given up", batch.name)

    def _is_cancelled(self, batch: Made) -> bool:
        found = self._database.rows(SQL["named"], {"name": batch.name})
        return bool(found) and found[0][4] is not None

    def _drop_some(self, batch: Made) -> bool:
        with self._database.transaction() as tx:
            most = {"name": batch.name, "most": DROP_AT_ONCE}
            found = [seq for (seq,) in tx.run(SQL["never_begun"], most)]
            # The newest first, with their inputs: whoever dies here can be followed by a resume.
            dropped = {"id": batch.id, "most": DROP_AT_ONCE, "seqs": json.dumps(found)}
            tx.run(SQL["drop_inputs"], dropped)
            tx.run(SQL["drop_memberships"], dropped)
            pruning.drop(tx, found)
        return bool(found)

    def _check_open(self, tx: Transaction, batch: Made, first: int) -> None:
        found = tx.one(SQL["named"], {"name": batch.name})
        if found is None or found[0] != batch.id:
            raise Refused(f"batch {batch.name} is gone: somebody has given it up")
        _, _, _, closed_at, cancelled_at, _ = found
        if cancelled_at is not None:
            raise Refused(f"batch {batch.name} has been cancelled: nothing is added to it")
        if closed_at is not None:
            raise Refused(f"batch {batch.name} is complete: nothing is added to it")
        if tx.one(SQL["last_number"], {"id": batch.id}) != (first - 1,):
            raise Refused(f"batch {batch.name} is being filled by somebody else")


def _names(tx: Transaction, name: str) -> Iterable[str]:
    yield name
    ((known,),) = tx.run(SQL["count_like"], {"name": name})
    yield from (f"{name}-{number}" for number in count(known + 2))


def _columns(new: NewBatch, queue: str, name: str, now: int) -> dict[str, object]:
    stop = new.stop or Stop()
    return {
        "queue": queue,
        "name": name,
        "task": new.task,
        "tags": json.dumps(new.tags),
        "source": new.source,
        "total": new.total,
        "now": now,
        "is_whole": new.is_whole,
        "is_paused": new.is_paused,
        "priority": new.priority,
        "concurrency": new.concurrency,
        "rate": new.rate,
        "stop_failures": stop.failures,
        "stop_percent": stop.percent,
        "stops_now": stop.now,
        "after_job": new.after,
    }
