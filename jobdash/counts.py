"""How many jobs of a number of them have come how far, and how fast they do. Pure."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from jobdash.forecast import Range
from jobdash.job import MICROSECONDS, State

_WINDOW = 30 * MICROSECONDS
_MOST_LOOKS = 200
# How many standard deviations a range has to each side.
_SPREAD = 1.2
# Sooner it is chance how many have ended.
_SOONEST = MICROSECONDS // 2


class Counts(NamedTuple):
    """Jobs by what has become of them. `stopped` ones were cancelled, expired or discarded."""

    succeeded: int = 0
    failed: int = 0
    stopped: int = 0
    running: int = 0
    left: int = 0

    @property
    def ended(self) -> int:
        """How many have reached a final state."""
        return self.succeeded + self.failed + self.stopped

    @property
    def total(self) -> int:
        """How many there are."""
        return self.ended + self.running + self.left

    @property
    def is_success(self) -> bool:
        """Whether nothing has come to anything but success."""
        return self.ended == self.succeeded

    @classmethod
    def of(cls, states: Mapping[State, int]) -> Counts:
        """Sum up jobs by their states."""
        succeeded, failed = states.get(State.SUCCEEDED, 0), states.get(State.FAILED, 0)
        running = states.get(State.RUNNING, 0)
        ended = sum(jobs for state, jobs in states.items() if state.is_final)
        left = sum(states.values()) - ended - running
        return cls(succeeded, failed, ended - succeeded - failed, running, left)


NONE = Counts()


def time_left(left: int, ended: int, paces: list[float]) -> Range | None:
    """Return how long so many jobs take yet, from paces per second that so many have shown.

    The fewer they are the more chance has to say: as if they took as long as it likes. None if
    there is no pace.
    """
    known = [pace for pace in paces if pace > 0]
    if not known or not left or not ended:
        return None
    chance = _SPREAD * math.sqrt(1 / ended + 1 / left)
    return Range(left / max(known) * max(0.0, 1 - chance), left / min(known) * (1 + chance))


class Pace:
    """How many jobs end in a second, from looks at how many have ended. Times in microseconds."""

    def __init__(self) -> None:
        self._looks: deque[tuple[int, int]] = deque(maxlen=_MOST_LOOKS)
        self._first: tuple[int, int] | None = None

    def look(self, ended: int, now: int) -> None:
        """Note how many have ended by now."""
        if self._first is None:
            self._first = (now, ended)
        if not self._looks or now - self._looks[-1][0] >= _WINDOW // _MOST_LOOKS:
            self._looks.append((now, ended))
        while len(self._looks) > 1 and now - self._looks[0][0] > _WINDOW:
            self._looks.popleft()

    def paces(self, ended: int, now: int) -> list[float]:
        """Return how many have ended per second lately, and on the whole; nothing if too soon."""
        if self._first is None or not self._looks:
            return []
        found = (_pace(since, ended, now) for since in (self._looks[0], self._first))
        return [pace for pace in found if pace is not None]


def _pace(since: tuple[int, int], ended: int, now: int) -> float | None:
    at, before = since
    if now - at < _SOONEST or ended <= before:
        return None
    return (ended - before) * MICROSECONDS / (now - at)
