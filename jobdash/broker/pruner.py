"""Pruning in the background, a little at a time between other duties. Imports no huey."""

import threading
import time
from collections.abc import Iterator

from jobdash.errors import DatabaseBusy
from jobdash.job import MICROSECONDS
from jobdash.ledger import Ledger
from jobdash.ledger.logs import drop_unneeded
from jobdash.ledger.pruning import Pruning, Retention, TooOld

PASS_EVERY = 300.0
# A step that finds the file busy gives way, and the pass goes on a little later.
STEP_PATIENCE = 0.1
GIVE_WAY = 5.0
_HOUR = 3600 * MICROSECONDS


class Pruner:
    """Prunes one queue, and begins anew `every` so many seconds.

    Any thread may call `step`; while one does, the others do nothing.
    """

    def __init__(self, ledger: Ledger, retention: Retention, *, every: float = PASS_EVERY) -> None:
        self._retention = retention
        self._every = every
        self._queue = ledger.queue
        self._database = ledger.database
        self._pruning = Pruning(ledger.database, STEP_PATIENCE, by="pool")
        self._steps: Iterator[int] = iter(())
        self._next_pass = 0.0
        # When to look at a chunk again, so that history is not read over and over.
        self._rests_until: dict[int, int] = {}
        self._stepping = threading.Lock()

    def step(self, now: int) -> None:
        """Do a few milliseconds' worth of work, if there is any, and begin a pass now and then."""
        if self._stepping.acquire(blocking=False):
            try:
                self._step(now)
            finally:
                self._stepping.release()

    def _step(self, now: int) -> None:
        if next(self._steps, None) is None and time.monotonic() >= self._next_pass:
            self._next_pass = time.monotonic() + self._every
            self._steps = self._pass(self._retention.too_old(now, self._queue))
            next(self._steps, None)

    def _pass(self, which: TooOld) -> Iterator[int]:
        """Visit what does not rest, oldest first; yield after each step."""
        chunks = self._pruning.chunks(which) if which.cuts else []
        before = self._rests_until
        self._rests_until = {chunk: before[chunk] for chunk in chunks if chunk in before}
        try:
            for chunk in chunks:
                if self._rests_until.get(chunk, 0) <= which.now:
                    yield from self._visit(chunk, which)
            yield from self._pruning.prune_batches(which)
            yield from drop_unneeded(self._database)
        except DatabaseBusy:
            self._next_pass = time.monotonic() + GIVE_WAY

    def _visit(self, chunk: int, which: TooOld) -> Iterator[int]:
        rest = self._pruning.young_for(chunk, which)
        if rest <= 0:
            due = yield from self._pruning.prune(chunk, which)
            # What is left is younger, or others need it: that may take a while to change.
            rest = max(due, _HOUR)
        self._rests_until[chunk] = which.now + rest
