"""Waiting until there is nothing left to do."""

from jobdash.cli.clock import now
from jobdash.cli.output import note, print_json, say
from jobdash.cli.waiting.headway_line import HeadwayLine
from jobdash.cli.waiting.manner import Manner
from jobdash.cli.waiting.watch import watch
from jobdash.counts import Counts
from jobdash.job import FINAL, State
from jobdash.render import counts_json, outcome_text
from jobdash.report import Report

_BUSY = (State.PENDING, State.RUNNING, State.RETRYING)
# To discard one is no end of its own.
_ENDS = FINAL - {State.DISCARDED}


class Idle:
    """A queue, or all of a file, until nothing runs, is ready or waits for another try.

    What is scheduled for later does not count. The outcome is that of the jobs that end meanwhile.
    """

    def __init__(self, report: Report, queue: str | None, manner: Manner) -> None:
        self._report = report
        self._queue = queue
        self._manner = manner
        self._before: dict[State, int] | None = None
        self._ended = dict.fromkeys(_ENDS, 0)
        self._counts = Counts()
        self._progress = HeadwayLine(queue or "", quiet=manner.shows_nothing)

    def wait(self, deadline: float) -> bool:
        """Return whether it was idle before the time was up."""
        self._tell_of_pauses()
        try:
            return watch(self._report, self._look, deadline, self._progress.is_due)
        finally:
            self._progress.clear()

    def is_over(self) -> bool:
        """Whether there is nothing to do already."""
        states = self._report.counts(self._queue)
        return not any(states.get(state) for state in _BUSY)

    @property
    def is_success(self) -> bool:
        """Whether no job has come to anything but success meanwhile."""
        return self._counts.is_success

    def late(self) -> str:
        """Return what there is still to do."""
        return outcome_text(self._counts)

    def tell(self) -> None:
        """Print what has ended meanwhile."""
        if self._manner.as_json:
            print_json({"idle": not self._busy, "queue": self._queue, **counts_json(self._counts)})
        elif self._manner.is_told:
            meanwhile = f"; meanwhile {outcome_text(self._counts)}" if self._counts.ended else ""
            say(f"nothing to do{meanwhile}")

    @property
    def _busy(self) -> int:
        return self._counts.running + self._counts.left

    def _look(self) -> bool:
        states = self._report.counts(self._queue)
        before = self._before or states
        for state in _ENDS:
            # Pruning and retries take some away: those have ended all the same.
            self._ended[state] += max(0, states.get(state, 0) - before.get(state, 0))
        self._before = states
        busy = {state: states.get(state, 0) for state in _BUSY}
        self._counts = Counts.of({**self._ended, **busy})
        self._progress.show(self._counts, now())
        return not self._busy

    def _tell_of_pauses(self) -> None:
        held = {task for queue, task in self._report.pauses() if self._queue in (None, queue)}
        if held and not self._manner.quiet:
            paused = ", ".join(sorted(task or "everything" for task in held))
            note(f"paused, and waited for: {paused}; `jobdash resume` lets it go on")
