"""Jobs that wait for the end of a batch: they get their turn in the transaction that ends it."""

import json
from collections.abc import Callable
from typing import Any, Literal

from jobdash.database import Database, statements
from jobdash.errors import NotFound
from jobdash.job import FINAL, State
from jobdash.ledger.batches import Made
from jobdash.ledger.intake import Intake
from jobdash.ledger.records import NewJob

SQL = statements("batches")

Kind = Literal["then", "notify"]
# Whether there is one of a kind, and what notes it.
_STATEMENTS = {"then": ("has_then", "set_then"), "notify": ("has_notify", "set_notify")}


class Followers:
    """Enters the jobs that follow a batch. Each runs after the first end of its batch."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._intake = Intake(database, queue, ring)

    def attach(self, batch: Made, kind: Kind, job: NewJob, now: int) -> int | None:
        """Let a job wait for the batch; return its number, None if one of its kind does."""
        has_one, note = _STATEMENTS[kind]
        with self._database.transaction(durable=True) as tx:
            if tx.one(SQL[has_one], {"id": batch.id}) != (0,):
                return None
            entry = self._intake.enter_as(tx, job, State.WAITING, now)
            tx.run(SQL[note], {"id": batch.id, "seq": entry.seq})
        return entry.seq

    def summary(self, id_: int) -> dict[str, Any]:
        """Return what a program is told of a batch. Raises `NotFound`."""
        rows = self._database.rows(SQL["summary"], {"id": id_})
        if not rows:
            raise NotFound(f"there is no batch {id_}: it was pruned")
        id_, name, queue, task, created_at, finished_at, why, phases = rows[0]
        counts = json.loads(phases)
        ended = {state.value: counts.get(state, 0) for state in State if state in FINAL}
        return {
            "id": id_,
            "name": name,
            "queue": queue,
            "task": task or None,
            "total": sum(counts.values()),
            **ended,
            "reason": why,
            "created_at": created_at,
            "finished_at": finished_at,
        }
