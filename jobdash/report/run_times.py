"""What durations tell of how long a task usually takes. Pure. In seconds."""

from __future__ import annotations

from collections.abc import Iterable

from jobdash.forecast import Range
from jobdash.report.task_stats import share_of

# Of ten runs that many are shorter and that many are longer than what is called usual.
_TENTH = 0.1
# Less tells nothing of what is usual.
ENOUGH = 5


def most_of(durations: Iterable[float]) -> Range:
    """Return between what most of these lie, of which there is at least one."""
    ordered = sorted(durations)
    return Range(share_of(ordered, _TENTH), share_of(ordered, 1 - _TENTH))


def longest_silence(durations: Iterable[float]) -> float | None:
    """Return after how long a run that says nothing is no usual one; None if it is not known.

    Twice what all but one of twenty runs take: one that hung once does not stand for all.
    """
    ordered = sorted(durations)
    return 2 * share_of(ordered, 0.95) if len(ordered) >= ENOUGH else None
