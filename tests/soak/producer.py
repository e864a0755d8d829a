"""A process that enqueues until its input ends: `python -m soak.producer SEED UNITS_A_SECOND`.

Before each call it writes `ask` and what it is about to enqueue, afterwards `ack`, or `refused` if
the call raised.
"""

import os
import select
import sys
from random import Random

from jobdash.errors import DatabaseError
from soak import app
from soak.lines import append, as_word
from soak.load import Unit, units

ASKED = "SOAK_ASKED"
# More waiting jobs than this, and it pauses: a storm must be able to end.
ENOUGH_WAITING = 400


def enqueue(unit: Unit) -> None:
    """Enqueue a unit, and write down before and after."""
    outside = os.environ[ASKED]
    append(outside, "ask", as_word(unit.as_document()))
    try:
        app.huey.enqueue_many(unit.tasks)
    except DatabaseError:
        append(outside, "refused", unit.name)
        return
    append(outside, "ack", unit.name)


def is_to_go_on(seconds: float) -> bool:
    """Wait so long, or until the input ends."""
    return not select.select([sys.stdin], [], [], seconds)[0]


def main(seed: str, rate: str) -> None:
    """Enqueue until told to stop."""
    random = Random(seed)
    drawn = units(random)
    while is_to_go_on(random.expovariate(float(rate))):
        if app.huey.pending_count() < ENOUGH_WAITING:
            enqueue(next(drawn))


if __name__ == "__main__":
    main(*sys.argv[1:])
