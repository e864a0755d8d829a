"""The one place where the command line asks what time it is."""

import time

_stands_at: int | None = None


def now() -> int:
    """Return the present moment in microseconds since the epoch, UTC."""
    return time.time_ns() // 1000 if _stands_at is None else _stands_at


def stand_at(moment: int | None) -> None:
    """Let it be this moment from now on: in a copy of a file no time passes. None lets it pass."""
    global _stands_at
    _stands_at = moment
