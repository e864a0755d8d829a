"""What goes wrong and when: a schedule that is drawn from a seed before anything starts."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Trouble(StrEnum):
    """The kinds of trouble: to whom, what, and for some when."""

    KILL_WORKER = "worker-KILL"
    TERM_WORKER = "worker-TERM"
    STOP_WORKER = "worker-STOP"
    KILL_FORKER = "forker-KILL"
    KILL_POOL = "pool-KILL"
    # While its workers wait for the write lock, each somewhere between a body and the next one.
    KILL_WAITING_WORKER = "worker-KILL-waiting"
    KILL_WAITING_POOL = "pool-KILL-waiting"
    TERM_POOL = "pool-TERM"
    STOP_POOL = "pool-STOP"
    KILL_PRODUCER = "producer-KILL"
    TERM_PRODUCER = "producer-TERM"
    STOP_PRODUCER = "producer-STOP"
    CANCEL = "job-cancel"
    RETRY = "job-retry"
    PAUSE = "task-pause"
    LATECOMER = "latecomer-comes"

    @property
    def whom(self) -> str:
        return self.split("-")[0]

    @property
    def what(self) -> str:
        return self.split("-")[1]

    @property
    def is_while_waiting(self) -> bool:
        return self.endswith("-waiting")

    @property
    def is_kill(self) -> bool:
        return self.what == "KILL"


_WEIGHTS = {
    Trouble.KILL_WORKER: 28,
    Trouble.KILL_WAITING_WORKER: 6,
    Trouble.KILL_WAITING_POOL: 6,
    Trouble.TERM_WORKER: 3,
    Trouble.STOP_WORKER: 8,
    Trouble.KILL_FORKER: 3,
    Trouble.KILL_POOL: 3,
    Trouble.TERM_POOL: 5,
    Trouble.STOP_POOL: 3,
    Trouble.KILL_PRODUCER: 5,
    Trouble.TERM_PRODUCER: 2,
    Trouble.STOP_PRODUCER: 3,
    Trouble.CANCEL: 10,
    Trouble.RETRY: 8,
    Trouble.PAUSE: 5,
    Trouble.LATECOMER: 3,
}
MEAN_SECONDS_BETWEEN = 0.3
LONGEST_STOP_SECONDS = 1.5


@dataclass(frozen=True)
class Strike:
    """One piece of trouble. `at` and `lasts` are seconds; `pick` from 0 to 1 chooses the victim."""

    at: float
    trouble: Trouble
    pick: float
    lasts: float


def forecast(seed: int, seconds: float) -> list[Strike]:
    """Draw what will go wrong within so many seconds, in order. Every kind comes at least once."""
    random = Random(f"weather {seed}")
    kinds = list(Trouble)
    number = max(len(kinds), round(seconds / MEAN_SECONDS_BETWEEN))
    kinds += random.choices(kinds, [_WEIGHTS[kind] for kind in kinds], k=number - len(kinds))
    random.shuffle(kinds)
    times = sorted(random.uniform(0, seconds) for _ in kinds)
    return [
        Strike(at, kind, random.random(), random.uniform(0.1, LONGEST_STOP_SECONDS))
        for at, kind in zip(times, kinds, strict=True)
    ]
