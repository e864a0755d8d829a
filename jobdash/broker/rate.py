"""How fast a count rises: lately, and on the whole."""

import math

from jobdash.job import Amount

# What was longer ago counts less and less: seconds, or this share of all the time so far.
_LATELY = 10.0
_LATE_SHARE = 0.25


class Rate:
    """Units per second, None until two counts are known. A count that falls begins anew.

    Moments are in seconds by a clock that nobody sets.
    """

    __slots__ = ("_count", "_first", "_first_at", "_last_at", "_sum", "_weight")

    def __init__(self) -> None:
        self._count: Amount | None = None
        self._begin(0, 0.0)

    def see(self, count: Amount | None, moment: float) -> None:
        """Take a count in."""
        if count is None:
            self._count = None
            return
        if self._count is None or count < self._count:
            self._begin(count, moment)
        elif moment > self._last_at:
            self._add(count - self._count, moment)
        self._count = count

    @property
    def lately(self) -> float | None:
        """What it was of late."""
        return self._sum / self._weight if self._weight else None

    @property
    def on_the_whole(self) -> float | None:
        """What it was since the first count."""
        took = self._last_at - self._first_at
        return (self._count - self._first) / took if took > 0 and self._count is not None else None

    def _begin(self, count: Amount, moment: float) -> None:
        self._first, self._first_at, self._last_at = count, moment, moment
        self._sum = self._weight = 0.0

    def _add(self, more: Amount, moment: float) -> None:
        took, so_far = moment - self._last_at, moment - self._first_at
        fresh = -math.expm1(-took / max(_LATELY, _LATE_SHARE * so_far))
        self._sum += fresh * (more / took - self._sum)
        self._weight += fresh * (1.0 - self._weight)
        self._last_at = moment
