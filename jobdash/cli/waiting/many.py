"""Waiting for jobs that are too many to be told of one by one."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping

from jobdash.cli.clock import now
from jobdash.cli.output import print_json_list, say
from jobdash.cli.waiting.headway_line import HeadwayLine
from jobdash.cli.waiting.manner import Manner
from jobdash.cli.waiting.watch import watch
from jobdash.counts import Counts
from jobdash.job import CHUNK, Job, State
from jobdash.render import job_json, outcome_text
from jobdash.report import Report

_PAGE = 500


class Many:
    """Jobs of which only the counts are kept, and the numbers.

    A look is at those chunks of numbers whose counts have changed, so it costs little however many
    there are.
    """

    def __init__(self, report: Report, chunks: Mapping[int, array[int]], manner: Manner) -> None:
        """Take the jobs' numbers by the chunk in which they lie."""
        self._report = report
        self._manner = manner
        self._chunks = chunks
        self._open = dict(chunks)
        self._marks: Mapping[int, str] = {}
        self._ended: Counter[State] = Counter()
        self._counts = Counts()
        self._progress = HeadwayLine("", quiet=manner.shows_nothing)

    def wait(self, deadline: float) -> bool:
        """Return whether all have ended before the time was up."""
        try:
            return watch(self._report, self._look, deadline, self._progress.is_due)
        finally:
            self._progress.clear()

    def is_over(self) -> bool:
        """Whether all have ended already."""
        self._settle()
        return not self._open

    @property
    def is_success(self) -> bool:
        """Whether all that have ended have succeeded."""
        return self._counts.is_success

    def late(self) -> str:
        """Return how many have not ended."""
        return outcome_text(self._counts)

    def tell(self) -> None:
        """Print what came of it."""
        if self._manner.as_json:
            print_json_list(job_json(job) for job in self._jobs())
        elif self._manner.is_told:
            say(f"{self._counts.ended:,} jobs ended: {outcome_text(self._counts)}")

    def _look(self) -> bool:
        self._settle()
        self._progress.show(self._counts, now())
        return not self._open

    def _settle(self) -> None:
        """Count what has ended since the last time."""
        marks = self._report.chunk_marks()
        for chunk in [*self._open]:
            if marks.get(chunk) != self._marks.get(chunk) or not self._marks:
                self._look_at(chunk)
        self._marks = marks
        self._count()

    def _look_at(self, chunk: int) -> None:
        """Count the jobs of a chunk that have ended, as they are now, and keep the others.

        One that was pruned meanwhile has ended, nobody knows how.
        """
        standings = self._report.standings(self._open[chunk])
        self._ended.update(state for state in standings.values() if state.is_final)
        going_on = array("q", (seq for seq, state in standings.items() if not state.is_final))
        if going_on:
            self._open[chunk] = going_on
        else:
            del self._open[chunk]

    def _count(self) -> None:
        left = sum(map(len, self._open.values()))
        running = sum(
            seq // CHUNK in self._open and seq in self._open[seq // CHUNK]
            for seq in self._report.running_claims()
        )
        states = {**self._ended, State.RUNNING: running, State.PENDING: left - running}
        self._counts = Counts.of(states)

    def _jobs(self) -> Iterable[Job]:
        for chunk in sorted(self._chunks, reverse=True):
            seqs = sorted(self._chunks[chunk], reverse=True)
            for start in range(0, len(seqs), _PAGE):
                yield from self._report.in_order(seqs[start : start + _PAGE])
