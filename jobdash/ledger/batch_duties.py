"""What is to be done for batches as time goes by: starts by rate or after a job, cancelling.

Whoever works on the queue does it: a pool when `next_at` has come, a guest once in a while.
"""

from collections.abc import Callable
from contextlib import suppress

from jobdash.database import Database, Transaction, statements
from jobdash.errors import IllegalMove
from jobdash.job import MICROSECONDS, State
from jobdash.ledger import lanes, rows
from jobdash.ledger.batch_decisions import BatchDecisions
from jobdash.transition import NOTHING_BEFORE

SQL = statements("batches")

# Who comes later than this was not there: what was not started meanwhile is not made up for.
TOO_LATE = 2 * MICROSECONDS


class BatchDuties:
    """Keeps batches going."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._ring = ring
        self._decisions = BatchDecisions(database, queue, ring)

    def next_at(self) -> int | None:
        """Return when there is something to do next, None if there is nothing."""
        ((at,),) = self._database.rows(SQL["next_start"], {"queue": self._queue})
        return None if at is None else int(at)

    def do(self, now: int) -> None:
        """Do what is due."""
        at = self.next_at()
        if at is None or at > now:
            return
        self._begin_after(now)
        self._decisions.go_on_cancelling(now)
        with self._database.transaction() as tx:
            for due in tx.run(SQL["due_by_rate"], {"queue": self._queue, "now": now}):
                self._start(tx, now, *due)
        self._ring()

    def _begin_after(self, now: int) -> None:
        """Let the batches begin that waited for a job which has succeeded; the others end."""
        for name, after, state in self._database.rows(SQL["after_an_end"], {"queue": self._queue}):
            if state == State.SUCCEEDED:
                self._begin(name, after, now)
            else:
                became = "is gone" if state is None else f"is {state}"
                reason = f"{NOTHING_BEFORE}{after}, which {became}"
                with suppress(IllegalMove):  # somebody was quicker
                    self._decisions.cancel(name, now, reason=reason)

    def _begin(self, name: str, after: int, now: int) -> None:
        with self._database.transaction() as tx:
            if tx.change(SQL["begin"], {"name": name, "after": after, "now": now}):
                lanes.keep(tx, self._queue, now)
                rows.log(tx, now, None, "batch begun", f"{name}: #{after} has succeeded")

    def _start(self, tx: Transaction, now: int, name: str, rate: float, at: int, idle: int) -> None:
        """Let as many jobs through as may start by now, less those that nobody has begun."""
        step = MICROSECONDS / rate
        at = now if now - at > max(TOO_LATE, step) else at
        due = 1 + int((now - at) / step)
        lanes.start(tx, self._queue, name, due - idle)
        tx.run(SQL["set_next_start"], {"name": name, "at": at + round(due * step)})
