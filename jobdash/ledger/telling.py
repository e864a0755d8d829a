"""Transitions as log records, for programs that listen: told after the commit.

Silent and all but free until somebody sets the level of the logger `jobdash.transition` to INFO;
the levels of other loggers do not matter, for each job would be told several times.
"""

import sys
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from jobdash.job import Event, State

if TYPE_CHECKING:
    from logging import Logger

_INFO = 20

_AFTER = {
    Event.SUCCEED: State.SUCCEEDED,
    Event.FAIL: State.FAILED,
    Event.POSTPONE: State.SCHEDULED,
    Event.RELEASE: State.PENDING,
    Event.EXPIRE: State.EXPIRED,
    Event.CONFIRM_CANCEL: State.CANCELLED,
}


def is_heard() -> bool:
    """Return whether somebody listens."""
    # Commands that only read start without logging, and then nobody can.
    return "logging" in sys.modules and _logger().isEnabledFor(_INFO)


@cache
def _logger() -> "Logger":
    import logging

    found = logging.getLogger("jobdash.transition")
    if found.level == logging.NOTSET:
        found.setLevel(logging.WARNING)
    return found


def after(event: Event, at: int, eta: int | None) -> State:
    """Return the state in which the end of a run leaves its job."""
    if event is Event.TRY_AGAIN:
        return State.RETRYING if eta is not None and eta > at else State.PENDING
    return _AFTER[event]


def tell(
    at: int,
    queue: str,
    event: str,
    by: str,
    *,
    jobs: Iterable[tuple[int | None, str]],
    before: str = "",
    to: str = "",
    who: str = "",
    why: str = "",
) -> None:
    """Log one transition of each job, (number, task); `at` is in microseconds since the epoch."""
    for seq, task in jobs:
        told = {
            "at": at,
            "job": seq,
            "queue": queue,
            "task": task or None,
            "event": event,
            "from": before or None,
            "to": to or None,
            "by": by,
            "who": who or None,
            "why": why or None,
        }
        what = task or queue if seq is None else f"#{seq} {task}"
        change = " ".join(filter(None, (event, to and f"-> {to}", why and f"({why})")))
        _logger().info("%s: %s by %s", what, change, who or by, extra={"transition": told})
