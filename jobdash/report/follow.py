"""Following the transition log: each transition once, in the order of time as far as it is known.

A transition has the time at which it happened and is seen when it has been committed. So each look
goes back some seconds behind the last, and what was told before is left out.
"""

from collections.abc import Iterable, Mapping

from jobdash.job import MICROSECONDS
from jobdash.report.events import Recent
from jobdash.report.report import Report
from jobdash.transition import Step, Transition

OVERLAP = 10 * MICROSECONDS
_REMEMBERED = 120 * MICROSECONDS
_RUN_END = 1
_ALL = -1
_FULL = 10_000


class Follower:
    """Tells what is new at each look. One per reader.

    A change that was made and taken back between two looks, such as a start that a stop gave back,
    may be missed, if nothing else has changed near that job.
    """

    def __init__(self) -> None:
        self._told: dict[Step, None] = {}
        self._floor = 0
        # When each job was active last, as far as it has been looked at.
        self._seen: dict[int, int] = {}
        self._full = _FULL
        self._marks: Mapping[int, str] = {}
        self._running: Mapping[int, int] = {}
        self._event = 0
        self._looked_at: int | None = None

    def begin(self, report: Report, now: int) -> None:
        """Take what is there as the beginning. Call it before what is known already is read."""
        self._looked_at = self._floor = now
        newest = report.new_events(0, 1)
        self._event = newest[0][0] if newest else 0
        self._note(report)

    def know(self, known: Recent) -> None:
        """Leave this out from now on, and all that is older."""
        self._told.update((one.step, None) for one in known.transitions)
        self._floor = known.complete_from

    def look(self, report: Report, now: int) -> list[Transition]:
        """Return what has happened since the last look."""
        if self._looked_at is None:
            self.begin(report, now)
            return []
        since, self._looked_at = max(self._floor, self._looked_at - OVERLAP), now
        marks, running = self._marks, self._running
        lines = report.new_events(self._event, _ALL)
        self._note(report)
        self._event = lines[0][0] if lines else self._event
        chunks = [c for c, mark in self._marks.items() if marks.get(c) != mark]
        ended = {seq for seq, claim in running.items() if self._running.get(seq) != claim}
        # The counts say nothing of a job that came and began to run since the last look.
        begun = {seq for seq, claim in self._running.items() if running.get(seq) != claim}
        if not (chunks or ended or begun or lines):
            return []
        seqs = self._changed(report.active_in(chunks, since, now)) | ended | begun
        seqs |= {seq for _, _, seq in lines if seq is not None}
        found = report.transitions_of(seqs, [id_ for id_, _, seq in lines if seq is None])
        ends = {(seq, 2 * running[seq] + _RUN_END) for seq in ended}
        return self._new(found, since, ends)

    def _changed(self, active: Iterable[tuple[int, int]]) -> set[int]:
        """Return those of the active jobs that have changed since they were looked at."""
        changed = {seq: at for at, seq in active if self._seen.get(seq) != at}
        self._seen.update(changed)
        return set(changed)

    def _new(
        self, found: Iterable[Transition], since: int, ends: set[tuple[int, int]]
    ) -> list[Transition]:
        new = [
            one
            for one in found
            if one.step not in self._told
            # An end that could not be written for a while is older than it is new.
            and (one.at > since or (one.step.seq, one.step.number) in ends)
        ]
        self._told.update((one.step, None) for one in new)
        if len(self._told) > self._full:
            self._forget((self._looked_at or 0) - _REMEMBERED)
            self._full = max(_FULL, 2 * len(self._told))
        return new

    def _forget(self, before: int) -> None:
        self._told = {step: None for step in self._told if step.at > before}
        self._seen = {seq: at for seq, at in self._seen.items() if at > before}

    def _note(self, report: Report) -> None:
        self._marks = report.chunk_marks()
        self._running = report.running_claims()
