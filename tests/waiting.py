"""Waiting for conditions, never for time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_BETWEEN_LOOKS = 0.005


def eventually(check: Callable[[], T], seconds: float = 5.0) -> T:
    """Return what `check` returns as soon as that is true; fail if it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {check}"
        time.sleep(_BETWEEN_LOOKS)
    return found


def always(check: Callable[[], object], seconds: float) -> None:
    """Fail as soon as `check` returns something false, for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert check(), f"not always: {check}"
        time.sleep(_BETWEEN_LOOKS)
