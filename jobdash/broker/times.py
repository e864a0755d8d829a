"""huey's naive datetimes to microseconds since the epoch and back."""

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> int:
    """Return the wall clock in microseconds since the epoch."""
    return time.time_ns() // 1000


def to_micros(moment: datetime, utc: bool) -> int:
    """Convert a moment as huey keeps it: naive means UTC if `utc`, else local time."""
    if moment.tzinfo is None and utc:
        moment = moment.replace(tzinfo=UTC)
    return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND


def from_micros(micros: int, utc: bool) -> datetime:
    """Convert to a naive datetime as huey keeps it."""
    moment = _EPOCH + micros * _MICROSECOND
    return (moment if utc else moment.astimezone()).replace(tzinfo=None)
