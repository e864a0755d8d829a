"""Writes to a file for some seconds and waits for nobody longer than it is told to.

`-m jobdash.bench.lone_writer FILE SECONDS PATIENCE`. It prints how often it wrote, and how often it
would have had to wait longer. No one else may write meanwhile: then it can only be for readers.
"""

import json
import sys
import time
from pathlib import Path

from jobdash.bench.history import QUEUE
from jobdash.database import open_database
from jobdash.errors import DatabaseBusy
from jobdash.ids import new_id
from jobdash.ledger import Ledger, NewJob

_PAUSE = 0.002


def write(path: Path, seconds: float, patience: float) -> dict[str, int]:
    """Enqueue one job after the other; return how often that went well, and how often not."""
    done = {"written": 0, "refused": 0}
    database = open_database(path, create=False, durability="fast", deadline=patience)
    ledger = Ledger(database, QUEUE)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = NewJob(new_id(), "bench.tasks.task_00", b"bench", '["written"]')
        try:
            ledger.intake.enqueue([job], time.time_ns() // 1000)
        except DatabaseBusy:
            done["refused"] += 1
        else:
            done["written"] += 1
        time.sleep(_PAUSE)
    database.close()
    return done


if __name__ == "__main__":
    sys.stdout.write(json.dumps(write(Path(sys.argv[1]), *map(float, sys.argv[2:]))))
