"""What a running task can ask about itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jobdash.job import Claim
from jobdash.ledger import Ledger


@dataclass(frozen=True, slots=True)
class CurrentJob:
    """The job that this thread is running."""

    id: str
    seq: int
    attempt: int
    token: str
    _claim: Claim
    _ledger: Ledger

    @property
    def cancel_requested(self) -> bool:
        """True once somebody has asked for this run to end. Reads the database."""
        return self._ledger.attempts.is_cancel_requested(self._claim)


Run = tuple[Ledger, Claim]


class _Running(threading.local):
    # Only what `current_job` is made of: few bodies ask for it.
    run: Run | None = None
    in_memory = False


_running = _Running()


def current_job() -> CurrentJob | None:
    """Return the job that the calling thread runs, None outside a task.

    `token` stays the same over all attempts: use it as the idempotency key of what the job does
    to the outside world, because a body may run twice. For services that take no such key there is
    `jobdash.once`.
    """
    run = _running.run
    if run is None:
        return None
    ledger, claim = run
    return CurrentJob(
        id=claim.id,
        seq=claim.seq,
        attempt=claim.attempt,
        token=f"jobdash-{claim.id}",
        _claim=claim,
        _ledger=ledger,
    )


def enter(ledger: Ledger, claim: Claim) -> Run | None:
    """Make this claim the thread's current job; return what was that before."""
    before, _running.run = _running.run, (ledger, claim)
    return before


def leave(before: Run | None) -> None:
    """Put back what `enter` returned."""
    _running.run = before


@contextmanager
def in_memory() -> Iterator[None]:
    """Note that what this thread runs is a task of huey's immediate mode, which is no job."""
    before, _running.in_memory = _running.in_memory, True
    try:
        yield
    finally:
        _running.in_memory = before


def is_in_memory() -> bool:
    """Return whether the calling thread runs a task of huey's immediate mode."""
    return _running.in_memory
