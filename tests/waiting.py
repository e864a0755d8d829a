"""Waiting for conditions, never for time.

Whoever waits has the patience for a machine that is busy elsewhere: that something comes soon is
no matter of waiting. It is measured, and a busy machine may hold it up now and then: see `soon`.
"""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 30.0
# What is waited for mostly comes soon; where it does not, looking often would be what takes long.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.004, 0.05


def eventually(check: Callable[[], T], seconds: float = PATIENCE) -> T:
    """Return what `check` returns as soon as that is true; fail if it is not within `seconds`."""
    deadline, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {check}"
        time.sleep(pause)
        pause = min(pause * 1.2, _LONGEST_PAUSE)
    return found


def always(check: Callable[[], object], seconds: float) -> None:
    """Fail as soon as `check` returns something false, for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert check(), f"not always: {check}"
        time.sleep(_LONGEST_PAUSE / 5)


def soon(durations: Sequence[float], limit: float, late: int = 2) -> None:
    """Check that durations are below a limit, all but a few that a busy machine may hold up."""
    assert sum(duration >= limit for duration in durations) <= late, durations


def soon_once(attempt: Callable[[], float], limit: float, tries: int = 3) -> None:
    """Check that what `attempt` takes is below a limit at least once: it is tried until it is."""
    taken: list[float] = []
    while len(taken) < tries:
        taken.append(attempt())
        if taken[-1] < limit:
            return
    raise AssertionError(f"never below {limit:g}: {taken}")
