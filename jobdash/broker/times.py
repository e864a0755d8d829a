"""huey's naive datetimes to microseconds since the epoch and back."""

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Linux' monotonic clock stands still while the machine sleeps.
_AT_ONCE = 1000
_STEADY = getattr(time, "CLOCK_BOOTTIME", 0)


def now() -> int:
    """Return the wall clock in microseconds since the epoch."""
    return time.time_ns() // 1000


class Watch:
    """The time of one run: it begins by the wall clock, and then no change to that clock counts."""

    __slots__ = ("_ahead",)

    def __init__(self) -> None:
        before, wall, after = _steady(), now(), _steady()
        while after - before > _AT_ONCE:  # the process was put aside between two looks
            before, wall, after = _steady(), now(), _steady()
        self._ahead = wall - after

    def read(self) -> int:
        """Return the microseconds since the epoch, had nobody touched the clock."""
        return self._ahead + _steady()


def _steady() -> int:
    return time.clock_gettime_ns(_STEADY) // 1000 if _STEADY else time.monotonic_ns() // 1000


def to_micros(moment: datetime, utc: bool) -> int:
    """Convert a moment as huey keeps it: naive means UTC if `utc`, else local time."""
    if moment.tzinfo is None and utc:
        moment = moment.replace(tzinfo=UTC)
    return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND


def from_micros(micros: int, utc: bool) -> datetime:
    """Convert to a naive datetime as huey keeps it."""
    moment = _EPOCH + micros * _MICROSECOND
    return (moment if utc else moment.astimezone()).replace(tzinfo=None)
