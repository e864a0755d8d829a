"""How much arrived, ended and failed over time: the differences between notes of what was so far.

Pure: it knows no file. Times are microseconds since the epoch, UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeAlias

from jobdash.job import MICROSECONDS

# Whoever works on a queue notes its counts so often, if they have changed.
NOTED_EVERY = 10 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Point:
    """What a queue had behind it at a time: jobs ever enqueued, ended and failed; and its depth."""

    at: int
    arrived: int
    ended: int
    failed: int
    pending: int


# What is known of one queue: tracks of points in the order of time, nothing known between them.
History: TypeAlias = Sequence[Sequence[Point]]


@dataclass(frozen=True, slots=True)
class Column:
    """What happened from `start_at` on, for the width of a column, and the depth at its end.

    `ended` counts every way to end; `failed` is a part of it.
    """

    start_at: int
    arrived: int = 0
    ended: int = 0
    failed: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Axis:
    """Columns of one width side by side; the last one is the one that goes on."""

    first_at: int
    width: int
    count: int

    def index(self, at: int) -> int:
        """Return the column of a moment; negative before the first one."""
        return (at - self.first_at) // self.width


def axis(now: int, width: int, count: int) -> Axis:
    """Return `count` columns of `width` microseconds up to now; they begin at round moments."""
    return Axis(now - now % width - (count - 1) * width, width, count)


def columns(queues: Iterable[History], over: Axis) -> tuple[Column, ...]:
    """Return the sums of the histories of some queues.

    What lay between two points of a track is told by the later one. A retry takes a job back from
    what has ended: that is no negative number of ends.
    """
    sums = [[0, 0, 0, 0] for _ in range(over.count)]
    for history in queues:
        for track in history:
            _add_steps(sums, track, over)
        _add_depth(sums, list(chain(*history)), over)
    return tuple(
        Column(over.first_at + number * over.width, *sums[number]) for number in range(over.count)
    )


def joined(noted: Sequence[Point], seen: Sequence[Point]) -> History:
    """Return one queue's history: what workers have noted, then what has been seen since.

    Between the two lies an unknown time if nobody noted anything any more, or if the clock has
    been set back since: then there are two tracks.
    """
    if not seen:
        return [noted]
    past = [point for point in noted if point.at <= seen[-1].at]
    if not past:
        return [seen]
    fresh = [point for point in seen if point.at >= past[-1].at + NOTED_EVERY]
    if not fresh and seen[-1].at > past[-1].at:
        # What came in the last seconds is no less true for being part of what is noted next.
        fresh = [seen[-1]]
    was_set_back = len(past) < len(noted)
    if was_set_back or (fresh and fresh[0].at - past[-1].at > 2 * NOTED_EVERY):
        return [past, fresh]
    return [[*past, *fresh]]


def _add_steps(sums: list[list[int]], track: Sequence[Point], over: Axis) -> None:
    for before, after in pairwise(track):
        index = over.index(after.at)
        if 0 <= index < over.count:
            ended = max(0, after.ended - before.ended)
            sums[index][0] += max(0, after.arrived - before.arrived)
            sums[index][1] += ended
            sums[index][2] += min(ended, max(0, after.failed - before.failed))


def _add_depth(sums: list[list[int]], track: Sequence[Point], over: Axis) -> None:
    """Add the depth at the end of each column, which stays as it was while nothing is noted."""
    for number, point in enumerate(track):
        is_last = number + 1 == len(track)
        end = over.count if is_last else min(over.count, over.index(track[number + 1].at))
        for index in range(max(0, over.index(point.at)), end):
            sums[index][3] += point.pending
