"""What is recorded. Run as `python -m powercut.scene JOBS`: enqueues while a pool works.

Each accepted job and each decision is acknowledged by one write to the file CUT_ACKS.
"""

import os
import subprocess
import sys
import time

from waiting import eventually

from jobdash.control import Control
from jobdash.job import ACTIVE
from jobdash.report import Report
from powercut.app import add, huey

CHECKPOINT_EVERY = 20
PIPELINE_EVERY = 5
CANCEL_EVERY = 7


def acknowledge(word: str, *ids: str) -> None:
    """Tell, in one write, that something has been promised."""
    descriptor = os.open(os.environ["CUT_ACKS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{word} {' '.join(ids)}\n".encode())
    os.close(descriptor)


def enqueue(number: int) -> None:
    """Enqueue a job or a pipeline."""
    head = add.s(number)
    ids = [head.id]
    if number % PIPELINE_EVERY == 0:
        head.then(add)
        ids.append(head.on_complete.id)
    huey.enqueue(head)
    acknowledge("accepted", *ids)


def cancel(control: Control) -> None:
    """Enqueue a job for later, and cancel it."""
    task = add.s(0, delay=3600)
    huey.enqueue(task)
    acknowledge("accepted", task.id)
    seq = huey.ledger.intake.find(task.id)
    if control.cancel([seq], time.time_ns() // 1000).changed:
        acknowledge("cancelled", task.id)


def checkpoint() -> None:
    """Move the log into the database, as happens by itself after more writes than these."""
    huey.storage.database.rows("PRAGMA wal_checkpoint(PASSIVE)")


def is_done() -> bool:
    with Report(os.environ["CUT_DB"]) as report:
        return not any(report.counts()[state] for state in ACTIVE)


def main(jobs: int) -> None:
    """Enqueue, cancel and checkpoint until there are so many jobs; wait until all have ended."""
    worker = ("jobdash", "worker", "-A", "powercut.app:huey", "-w", "2", "-q")
    pool = subprocess.Popen([sys.executable, "-m", *worker])
    control = Control(os.environ["CUT_DB"])
    for number in range(1, jobs + 1):
        enqueue(number)
        if number % CANCEL_EVERY == 0:
            cancel(control)
        if number % CHECKPOINT_EVERY == 0:
            checkpoint()
    eventually(is_done, 60)
    pool.terminate()
    pool.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
