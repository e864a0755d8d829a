"""Keeps what one attempt prints within bounds on the disk.

The middle of what is longer is taken out of the file, while the job prints and at its end: a hole,
so that nothing moves and places stay what they are. Linux can do that, on all its usual file
systems; where it cannot be done, the file keeps its size until its jobs are pruned. Readers leave
out the middle in either case.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from contextlib import suppress

from jobdash.logfiles import HEAD, KEPT, TAIL, LogFile, opened

_KEEP_SIZE, _PUNCH_HOLE = 1, 2


def take_out_middle(descriptor: int, begin: int, end: int, done_to: int = 0) -> int:
    """Take the middle out of what lies from byte `begin` to `end` of a file; return to where.

    Up to `done_to` that has been done before.
    """
    start, stop = max(begin + HEAD, done_to), end - TAIL
    if end - begin <= KEPT or stop <= start:
        return done_to
    punch = _fallocate()
    if punch is not None:
        # What does not work is not worth a word: the bytes stay.
        punch(descriptor, _PUNCH_HOLE | _KEEP_SIZE, start, stop - start)
    return stop


def take_out_middle_of(file: LogFile, begin: int, end: int, done_to: int) -> int:
    """Do as `take_out_middle` in a file that may be gone."""
    with suppress(OSError):
        descriptor = opened(file, os.O_WRONLY)
        try:
            return take_out_middle(descriptor, begin, end, done_to)
        finally:
            os.close(descriptor)
    return done_to


def _fallocate() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    try:
        found = ctypes.CDLL(None).fallocate
    except (OSError, AttributeError):
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    return found
