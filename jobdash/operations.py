"""The four decisions about single jobs, each under the one name that it has everywhere.

Pure data, for whoever offers them, asks whether they are meant, carries them out or tells of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobdash.job import ACTIVE, FINAL, MOVES, Event, Job, State


@dataclass(frozen=True, slots=True)
class Operation:
    """A verb, its past participle, and the states of the jobs that it can be expected to change.

    `meant` are the states of those that it means if they are chosen by what they have in common;
    `is_final` is true if it cannot be taken back, `spreads` if other jobs may change with it. The
    ledger alone decides about a job.
    """

    name: str
    done: str
    sources: frozenset[State]
    meant: frozenset[State]
    is_final: bool = False
    spreads: bool = False

    def suits(self, job: Job) -> bool:
        """Whether it can be expected to work on a job as it stands."""
        return job.state in self.sources


_DEAD = frozenset({State.FAILED})
_STOPPABLE = MOVES[Event.CANCEL].sources | {State.RUNNING}

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        operation.name: operation
        for operation in (
            Operation("cancel", "cancelled", _STOPPABLE, ACTIVE, spreads=True),
            Operation("retry", "retried", MOVES[Event.RETRY].sources, _DEAD),
            Operation("replay", "replayed", FINAL, FINAL),
            Operation("discard", "discarded", MOVES[Event.DISCARD].sources, _DEAD, is_final=True),
        )
    }
)
