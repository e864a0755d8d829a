"""What is known of a task by its jobs. Pure. Times are microseconds, durations are seconds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jobdash.job import MICROSECONDS, State

_DEAD = (State.FAILED, State.DISCARDED)


class Run(NamedTuple):
    """One job that ended by its run; `ready_at` is None where its wait is not known."""

    seq: int
    state: str
    started_at: int
    finished_at: int
    ready_at: int | None
    cpu: int | None = None
    memory: int | None = None


class Spread(NamedTuple):
    """The middle and the slow end of some durations, in seconds."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What the newest runs of a task tell: how long they took and waited, and the last of them.

    `runs` is how many were looked at, `last_failed` the number of the job that failed last.
    """

    runs: int
    took: Spread
    waited: Spread | None
    last_at: int
    last_failed: int | None
    cpu: Spread | None = None
    # In bytes.
    memory: Spread | None = None


@dataclass(frozen=True, slots=True)
class TaskStats:
    """How the jobs of one task stand; `trend` is ends per stretch of time, the newest last."""

    queue: str
    task: str
    counts: Mapping[State, int] = field(default_factory=dict)
    figures: RunFigures | None = None
    trend: tuple[int, ...] = ()

    def count(self, *states: State) -> int:
        """Return how many jobs are in one of these states."""
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        """How many jobs there are."""
        return sum(self.counts.values())

    @property
    def success(self) -> float | None:
        """The share of jobs that succeeded, of those that ran to their end; None without any."""
        succeeded = self.count(State.SUCCEEDED)
        ran = succeeded + self.count(*_DEAD)
        return succeeded / ran if ran else None


def figures(runs: Sequence[Run]) -> RunFigures | None:
    """Return what these runs tell, None if there are none."""
    if not runs:
        return None
    waits = [run.started_at - run.ready_at for run in runs if run.ready_at is not None]
    failed = [run for run in runs if run.state == State.FAILED]
    last = max(failed, key=lambda run: run.finished_at, default=None)
    return RunFigures(
        len(runs),
        spread([run.finished_at - run.started_at for run in runs]),
        spread(waits) if waits else None,
        max(run.finished_at for run in runs),
        None if last is None else last.seq,
        _known([run.cpu for run in runs]),
        _known([run.memory for run in runs], unit=1),
    )


def _known(amounts: Sequence[int | None], unit: int = MICROSECONDS) -> Spread | None:
    """Return the percentiles of those that are known."""
    known = [amount for amount in amounts if amount is not None]
    return spread(known, unit) if known else None


def spread(durations: Sequence[int], unit: int = MICROSECONDS) -> Spread:
    """Return the percentiles of at least one duration in microseconds, by nearest rank.

    One that a clock that was set back made negative counts as none. Other amounts have other units.
    """
    ordered = sorted(max(0, one) / unit for one in durations)
    return Spread(share_of(ordered, 0.5), share_of(ordered, 0.95))


def share_of(ordered: Sequence[float], share: float) -> float:
    """Return what so large a share of the values, which are in order, does not exceed."""
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]


def binned(moments: Sequence[int], since: int, now: int, bins: int) -> tuple[int, ...]:
    """Count moments in equal stretches from `since` to now; others are left out."""
    counts = [0] * bins
    for moment in moments:
        if since <= moment <= now:
            counts[min(bins - 1, (moment - since) * bins // max(1, now - since))] += 1
    return tuple(counts)
