"""In whose name this process claims jobs."""

import os
import time
from pathlib import Path

from jobdash import liveness
from jobdash.broker.pruner import Pruner
from jobdash.broker.sweeping import sweep
from jobdash.broker.times import now
from jobdash.identity import Identity
from jobdash.ledger import Ledger
from jobdash.ledger.pruning import Retention

SWEEP_SECONDS = 1.0


class Guest:
    """The worker id of this process: its pool's choice, else one of its own at the first claim.

    huey's consumers, tests and scripts that execute jobs are guests: they hold a liveness lock
    like any worker, so that what they held is rescued when they die.
    """

    def __init__(self, ledger: Ledger, path: Path, retention: Retention) -> None:
        self._ledger = ledger
        self._path = path
        self._worker: int | None = None
        self._pid = 0
        self._next_sweep = 0.0
        self._pruner = Pruner(ledger, retention)
        self.is_pooled = False

    def use(self, worker: int) -> None:
        """Claim as this worker of a pool from now on, in this process."""
        self._worker, self._pid, self.is_pooled = worker, os.getpid(), True

    def sweep(self) -> None:
        """Free what dead processes held, at most once a second: a guest has no pool to do it."""
        if not self.is_pooled and time.monotonic() >= self._next_sweep:
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
            own = self.worker
            sweep(self._ledger, self._path, own)
            self._ledger.samples.take(now())
            self._ledger.batch_duties.do(now())
            self._pruner.step(now())

    @property
    def worker(self) -> int:
        """The id under which this process claims."""
        if self._worker is None or self._pid != os.getpid():
            self._worker, self._pid, self.is_pooled = self._enlist(), os.getpid(), False
        assert self._worker is not None
        return self._worker

    def _enlist(self) -> int:
        return self._ledger.crew.register(
            "guest",
            f"guest {os.getpid()}",
            None,
            Identity.own(),
            now(),
            hold=lambda worker: liveness.hold(self._path, worker),
        )
