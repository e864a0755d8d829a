"""What producers enqueue: units of one to a dozen jobs, drawn from a seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

from jobdash import chord
from soak import app

BATCH = 6


@dataclass(frozen=True)
class Unit:
    """What one call enqueues. `tasks` are handed to huey, `jobs` says what becomes of them.

    `follows` are pairs of ids, step before and step after; `members` are the ids whose ends a
    chord's `callback` waits for, in order.
    """

    tasks: list[Any]
    jobs: list[tuple[str, str]]
    follows: list[tuple[str, str]] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    callback: str | None = None

    @property
    def name(self) -> str:
        return self.jobs[0][0]

    def as_document(self) -> dict[str, Any]:
        """Return what the judge has to know of it."""
        names = ("name", "jobs", "follows", "members", "callback")
        return {name: getattr(self, name) for name in names}


def units(random: Random) -> Iterator[Unit]:
    """Draw units for ever."""
    while True:
        (make,) = random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
        yield make(random)


def instant(_random: Random) -> Unit:
    return _single("instant", app.instant.s())


def batch(_random: Random) -> Unit:
    tasks = [app.instant.s() for _ in range(BATCH)]
    return Unit(tasks, [(task.id, "instant") for task in tasks])


def slow(random: Random) -> Unit:
    return _single("slow", app.slow.s(round(random.uniform(0.1, 0.6), 2)))


def failing(_random: Random) -> Unit:
    return _single("failing", app.failing.s())


def flaky(random: Random) -> Unit:
    return _single("flaky", app.flaky.s(random.randint(1, 3)))


def scheduled(random: Random) -> Unit:
    return _single("instant", app.instant.s(delay=random.uniform(0.2, 3)))


def pipeline(random: Random) -> Unit:
    head = app.step.s(0)
    for _ in range(random.randint(1, 3)):
        head.then(app.broken_step if random.random() < 0.1 else app.step)
    return Unit([head], _jobs(head), _follows(head))


def gathering(random: Random) -> Unit:
    """A chord; now and then a member is broken, or is a pipeline."""
    heads = [_member(random, index) for index in range(random.randint(2, 5))]
    callback = app.gather.s()
    jobs = [job for head in heads for job in _jobs(head)] + [(callback.id, "gather")]
    follows = [pair for head in heads for pair in _follows(head)]
    members = [list(_steps(head))[-1].id for head in heads]
    return Unit([chord(heads, callback)], jobs, follows, members, callback.id)


def _member(random: Random, index: int) -> Any:
    what = random.random()
    if what < 0.1:
        return app.broken_part.s(index)
    if what < 0.2 and index:
        # As many steps as its index, so that its value is its index too.
        head = app.step.s(0)
        for _ in range(index - 1):
            head.then(app.step)
        return head
    return app.part.s(index)


def _single(kind: str, task: Any) -> Unit:
    return Unit([task], [(task.id, kind)])


def _steps(head: Any) -> Iterator[Any]:
    while head is not None:
        yield head
        head = head.on_complete


def _jobs(head: Any) -> list[tuple[str, str]]:
    return [(one.id, one.name) for one in _steps(head)]


def _follows(head: Any) -> list[tuple[str, str]]:
    ids = [one.id for one in _steps(head)]
    return [*pairwise(ids)]


# What has later steps or members.
LINKED = (pipeline, gathering)
_WEIGHTS: dict[Callable[[Random], Unit], int] = {
    instant: 30,
    batch: 15,
    scheduled: 10,
    pipeline: 12,
    gathering: 8,
    flaky: 7,
    failing: 4,
    slow: 4,
}
