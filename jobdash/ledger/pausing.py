"""Pausing: no more jobs of a task, or of the whole queue, are handed out until it is resumed."""

from collections.abc import Callable

from jobdash.database import Database, Transaction
from jobdash.ledger import lanes, rows
from jobdash.ledger.rows import SQL

HOLD_AT_ONCE = 500
EVERYTHING = -1


class Pauses:
    """Pauses and resumes, each in transactions of its own."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._ring = ring

    def pause(self, task: str, now: int, why: str = "") -> bool:
        """Hand out no more jobs of this task, or of the whole queue for ''. False if it was so.

        `why` is said by a breaker, and not by people.
        """
        with self._database.transaction(durable=True) as tx:
            parameters = {"queue": self._queue, "task": task, "now": now, "why": why}
            changed = bool(tx.run(SQL["pause"], parameters))
            if changed:
                kind, told = ("breaker", f"{task}: {why}") if why else ("paused", task)
                rows.log(tx, now, None, kind, told or "everything")
        # The pause holds from its commit on; moving the rows only makes claims cheap again.
        self._hold(task)
        return changed

    def resume(self, task: str, now: int) -> bool:
        """Hand out jobs of this task, or of the whole queue for '', again."""
        # Most rows are freed while the pause still stands, so that a death here loses none.
        while self._free(task, HOLD_AT_ONCE) == HOLD_AT_ONCE:
            pass
        with self._database.transaction(durable=True) as tx:
            changed = bool(tx.run(SQL["resume"], {"queue": self._queue, "task": task}))
            self._free_in(tx, task, EVERYTHING)
            lanes.keep(tx, self._queue, now)
            if changed:
                rows.log(tx, now, None, "resumed", task or "everything")
        self._ring()
        return changed

    def is_paused(self, task: str) -> bool:
        """Return whether no jobs of this task are handed out now."""
        return bool(self._database.rows(SQL["pauses_of"], {"queue": self._queue, "task": task}))

    def _hold(self, task: str) -> None:
        """Move a paused task's rows out of the index that claims read, bit by bit."""
        parameters = {"queue": self._queue, "task": task}
        chunks = self._database.rows(SQL["chunks_to_hold"], parameters) if task else []
        for (chunk,) in chunks:
            while self._hold_some(task, chunk) == HOLD_AT_ONCE:
                pass

    def _hold_some(self, task: str, chunk: int) -> int:
        parameters = {"queue": self._queue, "task": task, "chunk": chunk, "most": HOLD_AT_ONCE}
        with self._database.transaction() as tx:
            found = tx.run(SQL["to_hold"], parameters)
            for (seq,) in found:
                tx.run(SQL["hold"], {"seq": seq, "held": True})
            lanes.let_through(tx, self._queue)
        return len(found)

    def _free(self, task: str, most: int) -> int:
        with self._database.transaction() as tx:
            return self._free_in(tx, task, most)

    def _free_in(self, tx: Transaction, task: str, most: int) -> int:
        held = tx.run(SQL["to_free"], {"queue": self._queue, "task": task, "most": most})
        for (seq,) in held:
            tx.run(SQL["hold"], {"seq": seq, "held": False})
        return len(held)
