"""A steady stream of job events on a file, from a process of its own: `-m jobdash.bench.load`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobdash.bench.history import QUEUE
from jobdash.database import open_database
from jobdash.identity import Identity
from jobdash.ids import new_id
from jobdash.job import Event
from jobdash.ledger import Ledger, NewJob, Settlement

_EVENTS_OF_A_JOB = 3  # enqueued, claimed, succeeded
_DONE = Settlement(Event.SUCCEED, "succeeded", preview='"done"')


@contextmanager
def steady_load(path: Path, events_per_second: float) -> Iterator[int]:
    """Let that many job events a second happen during the block; yields the process that does it.

    Every third event is a new job: it is claimed and succeeds at once, so that none pile up.
    """
    command = [sys.executable, "-m", "jobdash.bench.load", str(path), str(events_per_second)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _run(path: Path, events_per_second: float) -> None:
    database = open_database(path, create=False, durability="fast")
    ledger = Ledger(database, QUEUE)
    worker = ledger.crew.register("guest", "bench", None, Identity.own(), _now())
    every = _EVENTS_OF_A_JOB / events_per_second
    try:
        _say_ready()
        due = time.monotonic()
        while not _is_over(due):
            due += every
            _one_job(ledger, worker)
    finally:
        ledger.crew.retire(worker, "ended", _now())
        database.close()


def _one_job(ledger: Ledger, worker: int) -> None:
    job = NewJob(new_id(), "bench.tasks.task_00", b"bench", '["steady"]')
    ledger.intake.enqueue([job], _now())
    if claim := ledger.attempts.claim(worker, _now()):
        ledger.attempts.settle(claim, _DONE, _now())


def _is_over(due: float) -> bool:
    """Wait until it is time for the next job; return whether standard input was closed."""
    import select

    return bool(select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0])


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def _now() -> int:
    return time.time_ns() // 1000


if __name__ == "__main__":
    _run(Path(sys.argv[1]), float(sys.argv[2]))
