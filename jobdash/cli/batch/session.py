"""Seeing a batch through to its end: its results as they come, how far it is, what Ctrl-C means."""

import sys
from dataclasses import dataclass
from pathlib import Path

from jobdash.cli.clock import now
from jobdash.cli.failure import DONE, INTERRUPTED, JOB_FAILED
from jobdash.cli.leaving import Leaving, ask_leaving
from jobdash.cli.output import note, print_json
from jobdash.cli.reading import NOBODY_WORKS
from jobdash.cli.run.following import Following, Tally
from jobdash.cli.waiting.few import tell_end
from jobdash.cli.waiting.headway_line import HeadwayLine
from jobdash.cli.waiting.one_batch import ended_text
from jobdash.control.batches import BatchControl
from jobdash.errors import Refused
from jobdash.ledger.batches import Made
from jobdash.render import batch_json
from jobdash.report import Report
from jobdash.report.ends import End


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody wants to hear of it; `shows_results` is whether of each job as it ends."""

    shows_results: bool = False
    keeps_order: bool = False
    quiet: bool = False
    as_json: bool = False


class Session:
    """Waits for a batch whose inputs have all been enqueued.

    Of what has ended before `begun_at`, when it was resumed, there is nothing to be told.
    """

    def __init__(
        self, report: Report, made: Made, total: int, file: Path, manner: Manner, begun_at: int
    ) -> None:
        self._report = report
        self._made = made
        self._file = file
        self._manner = manner
        self._begun_at = begun_at
        self._tally = Tally(total)
        self._following = Following(report, made.id, self._tally, lambda: None, manner.keeps_order)
        silent = manner.quiet or (manner.as_json and not sys.stderr.isatty())
        self._headway = HeadwayLine(made.name, quiet=silent)
        self._is_cancelled = False

    def run(self) -> int:
        """Return the exit code when all jobs have ended, or when nobody wants to wait."""
        if not (self._report.workers() or self._manner.quiet):
            note(NOBODY_WORKS)
        while True:
            try:
                self._follow()
                break
            except KeyboardInterrupt:
                if self._leave():
                    return INTERRUPTED
        return self._tell()

    def _follow(self) -> None:
        try:
            self._following.follow(self._show, self._tell_end)
        finally:
            self._headway.clear()

    def _tell_end(self, end: End) -> None:
        if not self._manner.shows_results or self._manner.as_json:
            return
        self._headway.clear()
        job = self._report.job_by_seq(end.seq)
        # What a batch that is resumed has done before was told then.
        if job is not None and (job.finished_at or 0) >= self._begun_at:
            tell_end(job)

    def _show(self, is_new: bool) -> None:
        if is_new or self._headway.is_due():
            moment = now()
            batch = self._report.with_pace(self._report.batch(str(self._made.id)), moment)
            standing = batch.state if batch.state in ("paused", "stopping") else ""
            self._headway.show(batch.counts, moment, batch.pace, batch.left, standing)

    def _leave(self) -> bool:
        """Ask what is to become of it; return whether that is no matter of ours any more."""
        how = Leaving.LEAVE if self._is_cancelled else ask_leaving(Leaving.LEAVE)
        if how is Leaving.STAY:
            return False
        if how is Leaving.LEAVE:
            note(f"batch {self._made.name} goes on: jobdash wait --batch {self._made.name}")
            return True
        self._is_cancelled = True
        self._cancel(running=how is Leaving.STOP)
        return False

    def _cancel(self, *, running: bool) -> None:
        control = BatchControl(self._file)
        try:
            control.cancel(self._made.name, now(), running=running)
        except Refused:
            pass  # it has ended just now
        finally:
            control.close()

    def _tell(self) -> int:
        batch = self._report.batch(str(self._made.id))
        if self._manner.as_json:
            print_json(batch_json(batch))
        elif not self._manner.quiet:
            note(ended_text(batch))
        if self._is_cancelled:
            return INTERRUPTED
        return DONE if self._tally.succeeded == self._tally.total else JOB_FAILED
