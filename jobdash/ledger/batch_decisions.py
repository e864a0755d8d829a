"""What people decide about a batch: pause, resume, cancel. The acts are in the transition log."""

from collections.abc import Callable

from jobdash.database import Database, Transaction, statements
from jobdash.errors import IllegalMove, NotFound
from jobdash.ledger import lanes, rows, workflow
from jobdash.ledger.rows import SQL as LEDGER

SQL = statements("batches")

CANCEL_AT_ONCE = 200


class BatchDecisions:
    """Each holds from its commit on. Raises `NotFound` if the queue has no such batch."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._ring = ring

    def pause(self, name: str, now: int) -> bool:
        """Start no more jobs of a batch; what runs goes on. False if it was paused.

        Raises `IllegalMove` if it has ended.
        """
        with self._database.transaction(durable=True) as tx:
            if self._finished_at(tx, name):
                raise IllegalMove(f"batch {name} has ended: there is nothing to pause")
            changed = bool(tx.change(SQL["pause_batch"], self._named(name, now)))
            if changed:
                lanes.shut(tx, name, now, at_once=False)
                lanes.let_through(tx, self._queue)
                rows.log(tx, now, None, "batch paused", name)
        return changed

    def resume(self, name: str, now: int) -> bool:
        """Start jobs of a batch again. False if it was not paused."""
        with self._database.transaction(durable=True) as tx:
            self._finished_at(tx, name)
            changed = bool(tx.change(SQL["resume_batch"], self._named(name, now)))
            if changed:
                lanes.let_through(tx, self._queue)
                rows.log(tx, now, None, "batch resumed", name)
        self._ring()
        return changed

    def cancel(
        self, name: str, now: int, *, running: bool = True, reason: str = "cancelled by hand"
    ) -> bool:
        """Cancel what of a batch has not begun, and stop what runs unless it is to go on.

        False if it was cancelled before. Raises `IllegalMove` if it has ended. Whoever dies half
        way has cancelled all: a pool does the rest.
        """
        with self._database.transaction(durable=True) as tx:
            if self._finished_at(tx, name):
                raise IllegalMove(f"batch {name} has ended: there is nothing to cancel")
            values = {**self._named(name, now), "reason": reason}
            changed = bool(tx.change(SQL["cancel_batch"], values))
            lanes.shut(tx, name, now, at_once=running)
            lanes.keep(tx, self._queue, now)
            if changed:
                rows.log(tx, now, None, "batch cancelled", f"{name}: {reason}")
        self.go_on_cancelling(now)
        self._ring()
        return changed

    def go_on_cancelling(self, now: int) -> None:
        """Cancel what waits of the batches that are being cancelled, bit by bit."""
        for name, reason in self._database.rows(SQL["being_cancelled"], {"queue": self._queue}):
            last = 0
            while found := self._waiting(name, last):
                last = found[-1]
                self._cancel(found, f"batch {name}: {reason}", now)

    def _waiting(self, name: str, last: int) -> list[int]:
        where = {"name": name, "last": last, "most": CANCEL_AT_ONCE}
        return [seq for (seq,) in self._database.rows(SQL["to_cancel"], where)]

    def _cancel(self, seqs: list[int], reason: str, now: int) -> None:
        with self._database.transaction() as tx:
            for seq in seqs:
                if tx.run(LEDGER["cancel"], {"seq": seq, "now": now, "reason": reason}):
                    workflow.abandon_steps(tx, seq, now, result=None, value=b"")
            lanes.keep(tx, self._queue, now)

    def _finished_at(self, tx: Transaction, name: str) -> int | None:
        found = tx.one(SQL["named"], {"name": name})
        if found is None or found[2] != self._queue:
            raise NotFound(f"there is no batch {name}: `jobdash batches` lists them")
        finished_at: int | None = found[5]
        return finished_at

    def _named(self, name: str, now: int) -> dict[str, object]:
        return {"name": name, "queue": self._queue, "now": now}
