"""Which operations make sense for a job as it stands. The ledger alone decides; this only hints."""

from collections.abc import Iterable

from jobdash.job import FINAL, MOVES, Event, Job, State

_STARTS = {
    "cancel": MOVES[Event.CANCEL].sources | {State.RUNNING},
    "retry": MOVES[Event.RETRY].sources,
    "discard": MOVES[Event.DISCARD].sources,
    "replay": FINAL,
}


def suits(operation: str, job: Job) -> bool:
    """Whether the operation can be expected to work on this job."""
    return job.state in _STARTS[operation]


def suits_any(operation: str, jobs: Iterable[Job]) -> bool:
    """Whether it can be expected to work on one of them."""
    return any(suits(operation, job) for job in jobs)
