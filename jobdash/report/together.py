"""When all jobs of a set will have ended: of a batch, of whatever a filter shows."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import NamedTuple

from jobdash.forecast import Range
from jobdash.job import ACTIVE, MICROSECONDS, State
from jobdash.report.filter import JobFilter
from jobdash.report.forecasts import MOST_IN_LINE, SQL
from jobdash.report.lists import ListReads
from jobdash.report.lives import Call
from jobdash.report.play import Coming, Lane
from jobdash.report.sorting import Order

# Each is looked at: of more that would take longer than anybody waits.
MOST_TOGETHER = 2_000
_BEGUN = (State.PENDING, State.RUNNING)


class _Member(NamedTuple):
    """A job of the set that has not ended."""

    seq: int
    queue: str
    state: str
    held: int
    task: str
    arguments: str
    eta: int | None
    retries: int
    lane: str
    at_once: int | None
    rate: float | None

    @property
    def is_in_line(self) -> bool:
        """Whether it may run now, or does."""
        return self.state in _BEGUN and not self.lane

    def coming(self, now: int) -> Coming:
        """Return it as one whose time is yet to come, or that waits for another."""
        after = max(0, (self.eta or now) - now) / MICROSECONDS
        return Coming(after, self.retries, Call(self.task, self.arguments), self.lane)


class TogetherReads(ListReads):
    """One question."""

    def ends(self, wanted: JobFilter, now: int) -> Range | None:
        """Return in how many seconds all jobs that match will have ended for good.

        With their delays and retries, and what is in line before them. None if all have ended, if
        one of them is held back, if nobody works or nothing is known, or if there are too many.
        """
        states = wanted.chosen_states or tuple(State)
        active = replace(wanted, states=tuple(state for state in states if state in ACTIVE))
        seqs = self.sorted_seqs(active, Order.OLDEST, MOST_TOGETHER + 1) if active.states else []
        if len(seqs) > MOST_TOGETHER:
            return None
        queues = defaultdict[str, list[_Member]](list)
        for row in self._reader.rows(SQL["members"], {"seqs": json.dumps(seqs)}):
            queues[row[1]].append(_Member(*row))
        found = [self._ends_in(queue, some, now) for queue, some in queues.items()]
        known = [one for one in found if one is not None]
        if not known or len(known) < len(found):
            return None
        return Range(max(one.least for one in known), max(one.most for one in known))

    def _ends_in(self, queue: str, members: Sequence[_Member], now: int) -> Range | None:
        """Return the same for those of a queue."""
        if self._is_paused(queue) or any(member.held for member in members):
            return None
        seqs, calls = self._in_line(queue, MOST_IN_LINE)
        own = {member.seq for member in members}
        wanted = {place for place, seq in enumerate(seqs) if seq in own}
        coming = sorted(one.coming(now) for one in members if not one.is_in_line)
        lanes = {one.lane: Lane(one.at_once, one.rate) for one in members if one.lane}
        line = self._line(queue, self._past(queue), now, len(calls) + len(coming), own)
        if line is None:
            return None
        if not coming:
            calls = calls[: max(wanted, default=-1) + 1]
        seen = {seqs[place] for place in wanted}
        return line.ends(calls, wanted, _behind(members, seen), coming, lanes)


def _behind(members: Sequence[_Member], seen: Container[int]) -> dict[str, float]:
    """Return how many jobs of each task come behind those that are seen in line."""
    tasks = Counter(one.task for one in members if one.state == State.PENDING and not one.lane)
    in_line = Counter(one.task for one in members if one.seq in seen)
    # The line was read a moment later.
    return {task: max(0.0, jobs - in_line[task]) for task, jobs in tasks.items()}
