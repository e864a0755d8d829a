"""Ending runs that somebody cancelled or that outlast their hard time limit."""

import signal
import time
from collections.abc import Callable
from typing import NamedTuple

from jobdash import liveness
from jobdash.ledger import Death, Present
from jobdash.ledger.attempts import Limited, Run

CANCEL_GRACE_SECONDS = 1.0


class Killing(NamedTuple):
    """For which run a worker was killed, why, and whether that run has failed by it."""

    run: Run
    why: str
    death: Death


class Limits:
    """Asks first, kills then. A run is a job's number and claim number, so that none is mistaken.

    `worker_of` finds our own living worker by its id.
    """

    def __init__(self, worker_of: Callable[[int], Present | None]) -> None:
        self._worker_of = worker_of
        self._kill_at: dict[Run, tuple[float, int]] = {}
        self._seen_at: dict[Run, float] = {}
        self._killed: set[Run] = set()
        self._reasons: dict[int, Killing] = {}

    def cancel(self, requests: list[tuple[int, int, int, int]]) -> None:
        """Ask the workers of these runs to stop; call it with all open requests."""
        open_runs = {(seq, number): worker for seq, number, worker, _ in requests}
        self._kill_at = {run: due for run, due in self._kill_at.items() if run in open_runs}
        for run, worker in open_runs.items():
            if run not in self._kill_at and run not in self._killed:
                self._ask(run, worker)

    def enforce(self, limited: list[Limited]) -> None:
        """Kill the workers of runs beyond their time, and of those that were asked in vain.

        Call it with all runs that have a hard limit. Their time counts from when they were first
        seen here: by the wall clock, a change to that would kill runs, or let them go on.
        """
        clock = time.monotonic()
        self._seen_at = {one.run: self._seen_at.get(one.run, clock) for one in limited}
        for one in limited:
            if clock >= self._seen_at[one.run] + one.seconds:
                why = f"job #{one.seq} outlasted its hard time limit of {one.seconds:g} s"
                self._kill(one.run, one.worker, why, Death.OVERDUE)
        for run, (due, worker) in list(self._kill_at.items()):
            if time.monotonic() >= due:
                del self._kill_at[run]
                self._kill(run, worker, f"job #{run[0]} was cancelled and did not stop")

    def killed_for(self, worker: int) -> Killing | None:
        """Return why a worker that has ended was killed from here, None if it was not."""
        return self._reasons.pop(worker, None)

    def _ask(self, run: Run, worker: int) -> None:
        present = self._worker_of(worker)
        if present is not None:
            self._kill_at[run] = (time.monotonic() + CANCEL_GRACE_SECONDS, worker)
            liveness.send_signal(present.identity, signal.SIGUSR1)

    def _kill(self, run: Run, worker: int, why: str, death: Death = Death.CRASH) -> None:
        present = self._worker_of(worker)
        if present is not None and run not in self._killed:
            self._killed.add(run)
            self._reasons[worker] = Killing(run, why, death)
            liveness.end_group(present.identity)
