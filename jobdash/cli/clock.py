"""The one place where the command line asks what time it is."""

import time


def now() -> int:
    """Return the present moment in microseconds since the epoch, UTC."""
    return time.time_ns() // 1000
