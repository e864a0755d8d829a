"""One way in which a queue may go on: each job takes what some other one took. Pure.

Each worker takes the next job in line when it is free. Durations are in seconds from now.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from itertools import count
from math import sqrt
from random import Random
from typing import NamedTuple

from jobdash.report.lives import Call, Life, Past, Pool, mean, squares

# What lies between the end of a run and the beginning of the next.
_BETWEEN = 0.0005


class Busy(NamedTuple):
    """A worker that runs a job, and how long that may take yet."""

    rests: Sequence[float]
    is_wanted: bool = False


class Coming(NamedTuple):
    """A job that comes in so many seconds, and how often it has been tried again by then."""

    after: float
    retries: int
    call: Call
    lane: str = ""


class Lane(NamedTuple):
    """How many jobs may run at once, and how many start in a second; None: no limit."""

    at_once: int | None
    rate: float | None


class _Turn(NamedTuple):
    """A job's turn, not before a moment; `number` tells apart what comes at the same one."""

    at: float
    number: int
    life: Life
    tries: int
    is_wanted: bool
    lane: str = ""
    task: str = ""


class _Room:
    """What is left of a lane."""

    def __init__(self, lane: Lane) -> None:
        self._free_at = [0.0] * (lane.at_once or 0)
        self._every = 1 / lane.rate if lane.rate else 0.0
        self._began = -self._every

    @property
    def next_at(self) -> float:
        """When the next job of it may begin."""
        return max(self._began + self._every, self._free_at[0] if self._free_at else 0.0)

    def take(self, start: float, end: float) -> None:
        """Let one begin and end then."""
        self._began = start
        if self._free_at:
            heapreplace(self._free_at, end)


class Play:
    """One way in which it may go."""

    def __init__(self, busy: Sequence[Busy], idle: int, past: Past, number: int) -> None:
        # What is asked twice is answered the same.
        self._chance = Random(number)
        rests = [self._chance.choice(one.rests) for one in busy]
        self.last_end = 0.0
        self.task_ends: dict[str, float] = {}
        for one, rest in zip(busy, rests, strict=True):
            if one.is_wanted:
                self.note(rest)
        self._free_at = rests + [0.0] * idle
        heapify(self._free_at)
        self._later: list[_Turn] = []
        self._numbers = count()
        self._lanes: dict[str, _Room] = {}
        self._past = past

    def run(
        self,
        pools: Sequence[Pool],
        marked: Container[int],
        *,
        only_marked: bool,
        tasks: Sequence[str] = (),
    ) -> list[float]:
        """Let jobs run as workers are free; their retries come later.

        Returns when those at the marked places begin. The ends of all count, or `only_marked` ones;
        with the names of their `tasks`, also when the last one of each has ended.
        """
        free_at, chance, starts = self._free_at, self._chance.random, []
        for place, (lives, of_call, trust) in enumerate(pools):
            if trust and chance() < trust:
                lives = of_call
            life = lives[int(chance() * len(lives))]
            start, is_marked = free_at[0], place in marked
            task = tasks[place] if tasks else ""
            if is_marked:
                starts.append(start)
            if life.pauses:
                number = next(self._numbers)
                self._try(_Turn(start, number, life, 0, is_marked or not only_marked, "", task))
                continue
            heapreplace(free_at, end := start + life.run + _BETWEEN)
            if task:
                self._note_task(task, end)
            if end > self.last_end and (is_marked or not only_marked):
                self.last_end = end
        return starts

    def await_(self, coming: Coming, pool: Pool) -> None:
        """Let a job come when its time has come."""
        life = self._life(pool)
        if coming.retries:
            like = [one for one in pool.task if len(one.pauses) >= coming.retries]
            life = self._chance.choice(like) if like else life._replace(pauses=())
        number = next(self._numbers)
        turn = _Turn(coming.after, number, life, coming.retries, True, coming.lane)
        heappush(self._later, turn)

    def limit(self, lanes: Mapping[str, Lane]) -> None:
        """Let jobs of these lanes begin only as these allow."""
        self._lanes = {name: _Room(lane) for name, lane in lanes.items()}

    def finish(self) -> None:
        """Let all come that is to come; whoever has failed stands behind those in line."""
        while self._later:
            self._try(heappop(self._later))

    def note(self, end: float) -> None:
        """Let this end count."""
        self.last_end = max(self.last_end, end)

    def _note_task(self, task: str, end: float) -> None:
        if end > self.task_ends.get(task, 0.0):
            self.task_ends[task] = end

    def fill_up(self, tasks: Mapping[str, float]) -> None:
        """Let so many jobs run, of whom each worker takes until all are free at the same moment."""
        work = sum(self._amount(task, jobs) for task, jobs in tasks.items() if jobs)
        if work > 0:
            end = _filled_up(self._free_at, work)
            self._free_at = sorted(max(end, moment) for moment in self._free_at)
            self.note(end)

    def _try(self, turn: _Turn) -> None:
        life = turn.life
        is_last = turn.tries >= len(life.pauses)
        room = self._lanes.get(turn.lane)
        start = max(self._free_at[0], turn.at, room.next_at if room else 0.0)
        end = start + (life.run if is_last else life.earlier) + _BETWEEN
        heapreplace(self._free_at, end)
        if room:
            room.take(start, end)
        if not is_last:
            again = end + life.pauses[turn.tries]
            heappush(self._later, turn._replace(at=again, tries=turn.tries + 1))
        elif turn.is_wanted:
            self.note(end)
            self._note_task(turn.task, end)

    def _life(self, pool: Pool) -> Life:
        chance = self._chance.random
        lives = pool.call if pool.trust and chance() < pool.trust else pool.task
        return lives[int(chance() * len(lives))]

    def _amount(self, task: str, jobs: float) -> float:
        """Return how long so many jobs of a task take together; how long each does is not sure."""
        works = [life.work + _BETWEEN for life in self._past.pool(Call(task)).task]
        spread = squares(works) / (len(works) - 1) if len(works) > 1 else 0.0
        doubt = sqrt(spread * (jobs + jobs**2 / len(works)))
        return max(0.0, self._chance.gauss(jobs * mean(works), doubt))


def _filled_up(free_at: Sequence[float], work: float) -> float:
    """Return when so much work will be done if everybody takes of it until the same moment."""
    first, *rest = sorted(free_at)
    taken, many = first + work, 1
    for moment in rest:
        # Who is busy for longer than that takes no part.
        if taken / many <= moment:
            break
        taken, many = taken + moment, many + 1
    return taken / many
