"""What a transition is, and what is known of a job that tells of some."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

# What is told of a batch that is cancelled with the job after which it was to begin.
NOTHING_BEFORE = "it was to begin after #"


class By(StrEnum):
    """Who made a transition."""

    APP = "app"  # whoever enqueued it: a producer, another job, or a person through one
    SCHEDULER = "scheduler"
    WORKER = "worker"
    POOL = "pool"
    PERSON = "person"


class Step(NamedTuple):
    """The order of transitions, and what makes each the same one whenever it is derived."""

    at: int
    seq: int
    number: int

    def __str__(self) -> str:
        return f"{self.at}-{self.seq}-{self.number}"

    @classmethod
    def read(cls, text: str) -> "Step":
        """Read what `str` has written. Raises ValueError."""
        return cls(*map(int, text.split("-")))


@dataclass(frozen=True, slots=True)
class Transition:
    """A job went from one state to another, or something else happened that is worth a line.

    `seq` is None for what is about no job; `before` and `after` are '' where no state changed or
    none is known. `who` is a worker's name, or the job that enqueued this one.
    """

    step: Step
    seq: int | None
    queue: str
    task: str
    kind: str
    before: str
    after: str
    by: By
    who: str
    why: str

    @property
    def at(self) -> int:
        """When, in microseconds since the epoch."""
        return self.step.at


class Past(NamedTuple):
    """What a job's row tells of its past."""

    seq: int
    id: str
    queue: str
    task: str
    state: str
    created_at: int
    started_at: int | None
    finished_at: int | None
    claims: int
    ran_by: int | None
    eta: int | None
    place: int
    parent: int | None
    after: int | None
    replay_of: int | None
    cancelled_because: int | None
    reason: str | None
    error_type: str | None
    error_message: str | None
    is_tick: int


class Run(NamedTuple):
    """One attempt; `outcome` is '' while it goes on."""

    seq: int
    number: int
    worker: int | None
    started_at: int
    ended_at: int | None
    outcome: str
    error_type: str | None
    error_message: str | None


class Line(NamedTuple):
    """One stored line of the log."""

    id: int
    at: int
    seq: int | None
    kind: str
    detail: str
