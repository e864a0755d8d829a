"""In whose name this process claims jobs."""

import os
from pathlib import Path

from jobdash import liveness
from jobdash.broker.times import now
from jobdash.identity import Identity
from jobdash.ledger import Ledger


class Guest:
    """The worker id of this process: its pool's choice, else one of its own at the first claim.

    huey's consumers, tests and scripts that execute jobs are guests: they hold a liveness lock
    like any worker, so that what they held is rescued when they die.
    """

    def __init__(self, ledger: Ledger, path: Path) -> None:
        self._ledger = ledger
        self._path = path
        self._worker: int | None = None
        self._pid = 0

    def use(self, worker: int) -> None:
        """Claim as this worker from now on, in this process."""
        self._worker, self._pid = worker, os.getpid()

    @property
    def worker(self) -> int:
        """The id under which this process claims."""
        if self._worker is None or self._pid != os.getpid():
            self.use(self._enlist())
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
