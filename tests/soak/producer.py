"""A process that enqueues until its input ends: `python -m soak.producer SEED CALLS_A_SECOND`.

Before each call it writes `ask` and what it is about to enqueue, afterwards `ack`, or `refused` if
the call raised.
"""

import os
import select
import signal
import sys
from itertools import islice
from random import Random

from jobdash.errors import DatabaseError
from soak import app
from soak.lines import FLOOD, append, as_word
from soak.load import LINKED, Unit, units

ASKED = "SOAK_ASKED"
# More waiting jobs than this, and it pauses: a storm must be able to end.
ENOUGH_WAITING = 400
# How many units at once: after a burst every worker is busy for a while.
BURSTS, BURST_WEIGHTS = (1, 5, 40), (80, 15, 5)
FLOOD_UNITS = 30


def enqueue(*units: Unit) -> None:
    """Enqueue units in one transaction, and write down before and after."""
    _tell("ask", [as_word(unit.as_document()) for unit in units])
    try:
        app.huey.enqueue_many([task for unit in units for task in unit.tasks])
    except DatabaseError:
        answer = "refused"
    else:
        answer = "ack"
    _tell(answer, [unit.name for unit in units])


def _tell(word: str, lines: list[str]) -> None:
    for line in lines:
        append(os.environ[ASKED], word, line)


def is_to_go_on(seconds: float) -> bool:
    """Wait so long, or until the input ends."""
    return not select.select([sys.stdin], [], [], seconds)[0]


def is_to_flood(seconds: float) -> bool:
    """Wait so long, or until the signal comes that asks for a flood."""
    return signal.sigtimedwait({FLOOD}, seconds) is not None


def main(seed: str, rate: str) -> None:
    """Enqueue until told to stop."""
    random = Random(seed)
    drawn = units(random)
    while is_to_go_on(0):
        is_flood = is_to_flood(random.expovariate(float(rate)))
        if app.huey.pending_count() >= ENOUGH_WAITING:
            continue
        if is_flood:
            enqueue(*(random.choice(LINKED)(random) for _ in range(FLOOD_UNITS)))
        else:
            (number,) = random.choices(BURSTS, BURST_WEIGHTS)
            enqueue(*islice(drawn, number))


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {FLOOD})
    main(*sys.argv[1:])
