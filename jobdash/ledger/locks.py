"""Who holds huey's task locks. A lock stays where huey puts it; its value names its holder."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from jobdash.database import Database, Transaction, statements

SQL = statements("locks")

# What runs a statement, in a transaction or outside.
Run = Callable[[str, dict[str, Any]], list[tuple[Any, ...]]]


class Holder(NamedTuple):
    """Who has taken a lock: a run of a job, or a process outside of jobs (no `seq`).

    `is_kept` locks were acquired without `with`, and outlast who took them in good order. All is
    None or false of a lock that plain huey has taken: nobody knows whose it is.
    """

    worker: int | None = None
    pid: int | None = None
    seq: int | None = None
    number: int | None = None
    is_kept: bool = False
    at: int | None = None

    def is_same(self, other: "Holder") -> bool:
        """Whether both are one run, or one process."""
        return self[:4] == other[:4]


class Locks:
    """The task locks of one queue."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue

    def take(self, key: str, holder: Holder) -> Holder | None:
        """Take a lock, or return who holds it. A run that has ended holds none, unless kept."""
        with self._database.transaction() as tx:
            other = self._goes_on(tx.run, key)
            if other is None:
                tx.run(SQL["take"], {**self._key(key), "value": _value(holder)})
                return None
        return other

    def holder(self, key: str) -> Holder | None:
        """Return who holds a lock, None if it is free."""
        return self._goes_on(self._database.rows, key)

    def release(self, key: str, holder: Holder) -> None:
        """Free a lock, if it is this holder's."""
        with self._database.transaction() as tx:
            other = self._found(tx.run, key)
            if other is not None and other.is_same(holder):
                tx.run(SQL["let_go"], self._key(key))

    def _goes_on(self, run: Run, key: str) -> Holder | None:
        """Return who holds a lock, unless that is a run that has ended."""
        holder = self._found(run, key)
        if holder is None or holder.seq is None or holder.is_kept:
            return holder
        return holder if run(SQL["runs"], {"seq": holder.seq, "number": holder.number}) else None

    def _found(self, run: Run, key: str) -> Holder | None:
        found = run(SQL["holder"], self._key(key))
        return _read(found[0][0]) if found else None

    def _key(self, key: str) -> dict[str, Any]:
        return {"queue": self._queue, "key": key}


def release_with(tx: Transaction, queue: str, runs: set[tuple[int, int]]) -> None:
    """Free every lock that these runs (job, claim number) hold: their worker is dead."""
    for key, value in tx.run(SQL["all"], {"queue": queue}):
        holder = _read(value)
        if (holder.seq, holder.number) in runs:
            tx.run(SQL["let_go"], {"queue": queue, "key": key})


def _value(holder: Holder) -> bytes:
    return json.dumps(holder._asdict()).encode()


def _read(value: bytes | str) -> Holder:
    try:
        return Holder(**json.loads(value))
    except (ValueError, TypeError):
        return Holder()
