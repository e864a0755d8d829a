"""A wall clock that a test can set while a pool runs: the real one plus what a file says.

The file of POOL_CLOCK holds the shift in nanoseconds, as eight bytes. Importing this sets the clock
of this process and of all that it forks.
"""

import mmap
import os
import time
from datetime import UTC, datetime

_real = time.time_ns

with open(os.environ["POOL_CLOCK"], "r+b") as _file:
    _shift = mmap.mmap(_file.fileno(), 8)


def now_ns() -> int:
    return _real() + int.from_bytes(_shift[:8], "little", signed=True)


time.time_ns = now_ns
time.time = lambda: now_ns() / 1e9


def utcnow() -> datetime:
    """What huey asks instead of the time module."""
    return datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None)
