"""Looking at a file whenever it has changed, until something is true or the time is up."""

import time
from collections.abc import Callable
from typing import TypeVar

from jobdash.errors import DatabaseBusy
from jobdash.report import Report

T = TypeVar("T")

POLL_SECONDS = 0.02
# Whoever waits is to cost others little, however much there is to look at.
_REST = 9
# Who opens a file after all have died puts it in order first, which nobody sees who only reads.
_PATIENCE = 60.0


def watch(
    report: Report, look: Callable[[], bool], deadline: float, is_due: Callable[[], bool]
) -> bool:
    """Look until a look returns true, and return if one did before the `deadline`.

    Looks whenever the file has changed, and when it `is_due` although nothing has.
    """
    if patiently(look):
        return True
    seen = patiently(report.data_version)
    # Once more: something may have happened between the look and the version.
    is_over, rest = patiently(look), POLL_SECONDS
    while not is_over and time.monotonic() < deadline:
        time.sleep(min(rest, max(0.0, deadline - time.monotonic())))
        version = patiently(report.data_version)
        if version != seen or is_due():
            seen, began = version, time.monotonic()
            is_over = patiently(look)
            rest = max(POLL_SECONDS, _REST * (time.monotonic() - began))
    return is_over


def patiently(read: Callable[[], T]) -> T:
    """Read, again and again while somebody has the file locked.

    Raises `DatabaseBusy` if that takes a minute, as no working pool does.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return read()
        except DatabaseBusy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(POLL_SECONDS)
