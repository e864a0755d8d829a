"""What jobs took of late, and what that tells of others. Pure. Durations are in seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import fsum
from typing import NamedTuple

from jobdash.forecast import Range
from jobdash.report.run_times import ENOUGH, most_of

# Whoever is trusted more than that is asked alone.
_HALF = 0.5
# So few tell where a job may end, not that it will end there.
_FEW = 2


class Call(NamedTuple):
    """A task and what it is called with, as it is shown."""

    task: str
    arguments: str = ""


class Life(NamedTuple):
    """What a job took: its last run, each one before it, and the pauses between them."""

    run: float
    earlier: float = 0.0
    pauses: tuple[float, ...] = ()

    @property
    def work(self) -> float:
        """How long workers were busy with it."""
        return self.run + self.earlier * len(self.pauses)

    @property
    def took(self) -> float:
        """From its first beginning to its end, had no other job held it up."""
        return self.work + sum(self.pauses)


class Pool(NamedTuple):
    """Whose lives stand for what a job will take: with a chance of `trust` one of the same call."""

    task: Sequence[Life]
    call: Sequence[Life] = ()
    trust: float = 0.0


class Past:
    """The jobs that ended lately."""

    def __init__(self, lives: Iterable[tuple[Call, Life]]) -> None:
        self._all: list[Life] = []
        self._of_task: dict[str, list[Life]] = defaultdict(list)
        self._of_call: dict[Call, list[Life]] = defaultdict(list)
        for call, life in lives:
            self._all.append(life)
            self._of_task[call.task].append(life)
            self._of_call[call].append(life)
        self._noise: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._all)

    @property
    def is_enough(self) -> bool:
        """Whether that tells anything of what is usual."""
        return len(self._all) >= ENOUGH

    def knows(self, tasks: Iterable[str]) -> bool:
        """Whether jobs of all these tasks are among them."""
        return self._of_task.keys() >= {*tasks}

    def runs(self, task: str) -> list[float]:
        """Return how long the last runs of its jobs took."""
        return [life.run for life in self._of_task.get(task, ())]

    def pool(self, call: Call) -> Pool:
        """Return what stands for a job: those of the same call, as far as that can be trusted."""
        of_call = self._of_call.get(call, ())
        trust = self._trust(call.task, len(of_call)) if of_call else 0.0
        return Pool(self._of_task.get(call.task, self._all), of_call, trust)

    def usual(self, call: Call) -> Range:
        """Return between what most of its like took with all tries, or of all if it has none."""
        return most_of(life.took for life in self._like(call))

    def rests(self, call: Call, so_far: float) -> list[float]:
        """Return how long runs of its like took yet that had taken so long; none outlasted it."""
        task = self._of_task.get(call.task, ())
        for lives in (self._like(call) if task else (), task):
            if found := [life.run - so_far for life in lives if life.run > so_far]:
                return found if len(found) > _FEW else [*found, 0.0, 2 * mean(found)]
        return []

    def _like(self, call: Call) -> Sequence[Life]:
        pool = self.pool(call)
        return pool.call if pool.trust > _HALF else pool.task

    def _trust(self, task: str, runs: int) -> float:
        """Return how much so many runs of one call tell of it, beside all runs of its task."""
        if task not in self._noise:
            self._noise[task] = self._noise_of(task)
        return runs / (runs + self._noise[task])

    def _noise_of(self, task: str) -> float:
        """Return how much the runs of one call differ, for how much those of several calls do."""
        works = [[life.work for life in self._of_call[call]] for call in self._calls_of(task)]
        again = [some for some in works if len(some) > 1]
        if not again:
            return 1.0
        within = sum(squares(some) for some in again) / sum(len(some) - 1 for some in again)
        everything = [work for some in works for work in some]
        between = squares(everything) / (len(everything) - 1) - within
        return within / between if between > 0 else float("inf")

    def _calls_of(self, task: str) -> list[Call]:
        return [call for call in self._of_call if call.task == task]


def mean(values: Sequence[float]) -> float:
    """Return the mean of some values. To import `statistics` would slow down every command."""
    return fsum(values) / len(values)


def squares(values: Sequence[float]) -> float:
    """Return the sum of the squares of how far values are from their mean."""
    middle = mean(values)
    return fsum((value - middle) ** 2 for value in values)
