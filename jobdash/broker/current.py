"""What a running task can ask about itself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobdash.job import Claim
from jobdash.ledger import Ledger
from jobdash.ledger.progress import Standing

if TYPE_CHECKING:
    from jobdash.broker.reporter import Reporter


@dataclass(frozen=True, slots=True)
class CurrentJob:
    """The job that this thread is running."""

    id: str
    seq: int
    attempt: int
    token: str
    _is_cancel_requested: Callable[[], bool]

    @property
    def cancel_requested(self) -> bool:
        """True once somebody has asked for this run to end. Reads the database."""
        return self._is_cancel_requested()


class Run:
    """A body that runs: the claim that allows it, and who tells how far it has come, if it does."""

    __slots__ = ("claim", "ledger", "reporter")

    def __init__(self, ledger: Ledger, claim: Claim) -> None:
        self.ledger = ledger
        self.claim = claim
        self.reporter: Reporter | None = None


class _Running(threading.local):
    # Only what `current_job` is made of: few bodies ask for it.
    run: Run | None = None
    in_memory = False
    played: CurrentJob | None = None


_running = _Running()


def current_job() -> CurrentJob | None:
    """Return the job that the calling thread runs, None outside a task.

    `token` stays the same over all attempts: use it as the idempotency key of what the job does
    to the outside world, because a body may run twice. For services that take no such key there is
    `jobdash.once`.
    """
    run = _running.run
    if run is None:
        return _running.played
    claim, attempts = run.claim, run.ledger.attempts
    return CurrentJob(
        id=claim.id,
        seq=claim.seq,
        attempt=claim.attempt,
        token=_token(claim.id),
        _is_cancel_requested=lambda: attempts.is_cancel_requested(claim),
    )


@contextmanager
def as_job(id: str, seq: int, attempt: int = 1) -> Iterator[None]:
    """Let tasks called in the block find themselves in this attempt at this job: for tests.

    `current_job()` is what the job would have got, and `once()` does what it is given each time.
    There need be no such job, and nothing is written anywhere.
    """
    before = _running.played
    _running.played = CurrentJob(id, seq, attempt, _token(id), lambda: False)
    try:
        with in_memory():
            yield
    finally:
        _running.played = before


def _token(id_: str) -> str:
    return f"jobdash-{id_}"


def current_run() -> Run | None:
    """Return what the calling thread runs, None outside a task."""
    return _running.run


def enter(ledger: Ledger, claim: Claim) -> Run | None:
    """Make this claim the thread's current job; return what was that before."""
    before, _running.run = _running.run, Run(ledger, claim)
    return before


def leave(before: Run | None) -> Standing | None:
    """Put back what `enter` returned; return how far the run came, if that is not written yet."""
    run, _running.run = _running.run, before
    return run.reporter.unwritten() if run and run.reporter else None


def parent_in(ledger: Ledger) -> int | None:
    """Return the number of the job that this thread runs, if it is one of this ledger's file."""
    run = _running.run
    if run is None or run.ledger.database.path != ledger.database.path:
        return None
    return run.claim.seq


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
