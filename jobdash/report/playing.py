"""What a queue will come to: it is played forward some times, with lives of jobs like its own.

Pure. Durations are in seconds from now.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from math import sqrt
from types import MappingProxyType

from jobdash.forecast import Range, Turn
from jobdash.report.lives import Call, Past, Pool, mean, squares
from jobdash.report.play import Busy, Coming, Lane, Play

# So many jobs are played in all: a few milliseconds on a slow machine.
_JOBS_PLAYED = 4_000
_FEWEST_PLAYS, _MOST_PLAYS = 4, 24
# So many standard deviations of what is played hold nine of ten outcomes, as tried in its tests.
_SPREAD = 2.3


def following(starts: Range, usual: Range) -> Turn:
    """Return the turn of a job that begins then, and takes as long as is usual."""
    return Turn(starts, Range(starts.least + usual.least, starts.most + usual.most))


class Line:
    """Workers of whom some are busy; jobs are put into the line before them bit by bit."""

    def __init__(self, busy: Sequence[Busy], idle: int, past: Past, length: int = 0) -> None:
        """`length` is how many jobs will come, about. There is at least one worker."""
        plays = min(_MOST_PLAYS, max(_FEWEST_PLAYS, _JOBS_PLAYED // max(1, length)))
        self._plays = [Play(busy, idle, past, number) for number in range(plays)]
        self._past = past
        self._passed = 0

    def turns(self, calls: Sequence[Call], wanted: Container[int]) -> dict[int, Turn]:
        """Let these jobs run; return the turns of those at the wanted places among them."""
        pools, places = self._pools(calls), [n for n in range(len(calls)) if n in wanted]
        starts = [play.run(pools, wanted, only_marked=False) for play in self._plays]
        usual = {call: self._past.usual(call) for call in {calls[place] for place in places}}
        turns = {
            place: following(self._around(moments, place), usual[calls[place]])
            for place, moments in zip(places, zip(*starts, strict=True), strict=True)
        }
        self._passed += len(calls)
        return turns

    def turn(self, call: Call) -> Turn:
        """Let one more job run; return its turn."""
        return self.turns([call], (0,))[0]

    def all_and_each(
        self, calls: Sequence[Call], behind: Mapping[str, float]
    ) -> tuple[Range, dict[str, Range]]:
        """Let these jobs run, and so many of each task behind them.

        Returns when all will have ended, and when the last one of each task among `calls` will.
        """
        pools, names = self._pools(calls), [call.task for call in calls]
        for play in self._plays:
            play.run(pools, (), only_marked=False, tasks=names)
        self._passed += len(calls)
        all_done = self.after(behind)
        return all_done, {
            task: self._around([play.task_ends[task] for play in self._plays]) for task in {*names}
        }

    def after(self, tasks: Mapping[str, float]) -> Range:
        """Return when all in line will have ended, with so many more of these tasks after them."""
        for play in self._plays:
            play.fill_up(tasks)
            play.finish()
        return self._around([play.last_end for play in self._plays])

    def ends(
        self,
        calls: Sequence[Call],
        wanted: Container[int],
        behind: Mapping[str, float],
        coming: Sequence[Coming],
        lanes: Mapping[str, Lane] = MappingProxyType({}),
    ) -> Range:
        """Let jobs run: these, so many of each task behind them, and those, the soonest first.

        Returns when they will have ended: the wanted ones that run already, those at the wanted
        places, and all that are behind and coming.
        """
        pools, later = self._pools(calls), self._pools([one.call for one in coming])
        for play in self._plays:
            play.run(pools, wanted, only_marked=True)
            play.fill_up(behind)
            play.limit(lanes)
            for one, pool in zip(coming, later, strict=True):
                play.await_(one, pool)
            play.finish()
        return self._around([play.last_end for play in self._plays], len(calls))

    def _around(self, moments: Sequence[float], jobs: int = 0) -> Range:
        """Return what is to be expected of a moment that comes after so many more jobs."""
        middle = mean(moments)
        # Besides chance, all that is known of these jobs is by chance what it is.
        doubt = 1 + (self._passed + jobs) / len(self._past)
        spread = _SPREAD * sqrt(doubt * squares(moments) / len(moments))
        return Range(middle - spread, middle + spread) if spread < middle else Range(0, 2 * middle)

    def _pools(self, calls: Sequence[Call]) -> list[Pool]:
        known = {call: self._past.pool(call) for call in {*calls}}
        return [known[call] for call in calls]
