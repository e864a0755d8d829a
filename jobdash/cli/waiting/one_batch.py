"""Waiting for a batch."""

from jobdash.batch import Batch
from jobdash.cli.clock import now
from jobdash.cli.output import note, print_json, say
from jobdash.cli.waiting.headway_line import HeadwayLine
from jobdash.cli.waiting.manner import Manner
from jobdash.cli.waiting.watch import watch
from jobdash.job import MICROSECONDS
from jobdash.render import batch_json, outcome_text
from jobdash.report import Report
from jobdash.text import format_duration

_NOTES = {
    "paused": "is paused: `jobdash batches resume {}` lets it go on",
    "filling": "is not complete: it ends after somebody has filled it",
}


class OneBatch:
    """A batch until its last job has ended."""

    def __init__(self, report: Report, ref: str, manner: Manner) -> None:
        self._report = report
        self._manner = manner
        self._batch = report.batch(ref)
        self._ref = str(self._batch.id)
        self._progress = HeadwayLine(self._batch.name, quiet=manner.shows_nothing)

    @property
    def batch(self) -> Batch:
        """The batch as it was at the last look."""
        return self._batch

    def wait(self, deadline: float) -> bool:
        """Return whether it has ended before the time was up."""
        self._tell_of_obstacles()
        try:
            return watch(self._report, self._look, deadline, self._progress.is_due)
        finally:
            self._progress.clear()

    def is_over(self) -> bool:
        """Whether it has ended already."""
        return self._batch.finished_at is not None

    @property
    def is_success(self) -> bool:
        """Whether all of its jobs that have ended have succeeded."""
        return self._batch.counts.is_success

    def late(self) -> str:
        """Return where it stands."""
        return (
            f"batch {self._batch.name} is {self._batch.state}: {outcome_text(self._batch.counts)}"
        )

    def tell(self) -> None:
        """Print what came of it."""
        if self._manner.as_json:
            print_json(batch_json(self._batch))
        elif self._manner.is_told:
            say(ended_text(self._batch))

    def _look(self) -> bool:
        moment = now()
        self._batch = self._report.with_pace(self._report.batch(self._ref), moment)
        batch = self._batch
        standing = batch.state if batch.state in ("paused", "stopping") else ""
        self._progress.show(batch.counts, moment, batch.pace, batch.left, standing)
        return batch.finished_at is not None

    def _tell_of_obstacles(self) -> None:
        words = _NOTES.get(self._batch.state)
        if words and not self._manner.quiet:
            note(f"batch {self._batch.name} {words.format(self._batch.name)}")


def ended_text(batch: Batch) -> str:
    """Return what came of a batch: `batch night: 998 succeeded, 2 failed, in 2m`."""
    took = "" if batch.took is None else f", in {format_duration(batch.took / MICROSECONDS)}"
    why = f" ({batch.cancelled_why})" if batch.cancelled_why else ""
    return f"batch {batch.name}: {outcome_text(batch.counts)}{took}{why}"
