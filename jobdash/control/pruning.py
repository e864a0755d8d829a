"""Pruning by hand: all of it at once, step by step."""

import time
from collections.abc import Iterator
from itertools import chain

from jobdash.database import Database
from jobdash.ledger.logs import drop_unneeded
from jobdash.ledger.pruning import Pruning, TooOld

# Whoever waits for the write lock has it between two steps.
PAUSE_SECONDS = 0.005


def count(database: Database, which: TooOld) -> int:
    """Return how many jobs are too old, those that others need included."""
    pruning = Pruning(database)
    return sum(pruning.count(chunk, which) for chunk in pruning.chunks(which))


def prune(database: Database, which: TooOld) -> Iterator[int]:
    """Delete them, and tell after each step how many went.

    What was needed only by jobs that have gone now goes in the next round.
    """
    pruning = Pruning(database)
    gone = True
    while gone:
        gone = False
        for chunk in pruning.chunks(which):
            for step in pruning.prune(chunk, which):
                gone |= step > 0
                yield step
                time.sleep(PAUSE_SECONDS)
    for _ in chain(pruning.prune_batches(which), drop_unneeded(database)):
        time.sleep(PAUSE_SECONDS)
