"""The decisions about single jobs, each under the one name that it has everywhere.

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
    `asks` is true if it is not to be done unasked even to a single job, `spreads` if other jobs may
    change with it. `phrase` is the whole of it, with a place for the jobs. The ledger alone decides
    about a job.
    """

    name: str
    done: str
    sources: frozenset[State]
    meant: frozenset[State]
    asks: bool = False
    spreads: bool = False
    phrase: str = ""

    def suits(self, job: Job) -> bool:
        """Whether it can be expected to work on a job as it stands."""
        return job.state in self.sources

    @property
    def condition(self) -> str:
        """Say which jobs it can be done to: `only retrying or scheduled jobs can be changed`."""
        *most, last = sorted(self.sources)
        states = f"{', '.join(most)} or {last}" if most else last
        return f"only {states} jobs can be {self.done}"

    def words(self, jobs: str) -> str:
        """Return what it does to some jobs: `Run 3 jobs now`."""
        return (self.phrase or f"{self.name.capitalize()} {{}}").format(jobs)


_DEAD = frozenset({State.FAILED})
_STOPPABLE = MOVES[Event.CANCEL].sources | {State.RUNNING}
_DELAYED, _CHANGEABLE = MOVES[Event.NOW].sources, MOVES[Event.CHANGE].sources

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        operation.name: operation
        for operation in (
            Operation("cancel", "cancelled", _STOPPABLE, ACTIVE, asks=True, spreads=True),
            Operation("retry", "retried", MOVES[Event.RETRY].sources, _DEAD),
            Operation("replay", "replayed", FINAL, FINAL),
            Operation("discard", "discarded", MOVES[Event.DISCARD].sources, _DEAD, asks=True),
            Operation("now", "brought forward", _DELAYED, _DELAYED, phrase="Run {} now"),
            Operation("change", "changed", _CHANGEABLE, _CHANGEABLE),
        )
    }
)


def suits(name: str, job: Job) -> bool:
    """Whether a person who asks for an operation on a job can mean it.

    To retry what waits for its time is to run it now.
    """
    return OPERATIONS[name].suits(job) or (name == "retry" and OPERATIONS["now"].suits(job))
