"""How fast jobs arrive and end, from the counts alone."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from jobdash.job import MICROSECONDS

_WINDOW = 5 * MICROSECONDS
_KEPT = 31


@dataclass(frozen=True, slots=True)
class Tempo:
    """Jobs per second that came in and went out, and those that ended in each recent second."""

    arriving: float = 0.0
    leaving: float = 0.0
    ended: tuple[int, ...] = ()


class Pulse:
    """Samples of the counts, one a second at most, so that what is shown stays calm."""

    def __init__(self) -> None:
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=_KEPT)

    def note(self, now: int, created: int, ended: int) -> None:
        """Remember how many jobs there were in all, and how many of them were final."""
        if not self._samples or now - self._samples[-1][0] >= MICROSECONDS * 0.9:
            self._samples.append((now, created, ended))

    def tempo(self) -> Tempo:
        """Return the rates over the last seconds."""
        if len(self._samples) < 2:
            return Tempo()
        last = self._samples[-1]
        first = next(s for s in self._samples if last[0] - s[0] <= _WINDOW)
        if first is last:
            first = self._samples[-2]
        return Tempo(_rate(first, last, 1), _rate(first, last, 2), self._steps())

    def _steps(self) -> tuple[int, ...]:
        ended = [sample[2] for sample in self._samples]
        steps = tuple(max(0, after - before) for before, after in pairwise(ended))
        # Rest is always the same value, so that it counts as no news.
        return steps if any(steps) else ()


def _rate(first: tuple[int, int, int], last: tuple[int, int, int], what: int) -> float:
    # A retry takes a job out of the final ones again: that is no negative departure.
    return max(0, last[what] - first[what]) * MICROSECONDS / (last[0] - first[0])
