"""Seeing a run through to its end: what commands print, how far they are, what came of them."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobdash.cli.clock import now
from jobdash.cli.failure import DONE, INTERRUPTED, JOB_FAILED
from jobdash.cli.leaving import Leaving, ask_leaving
from jobdash.cli.output import note, print_json
from jobdash.cli.run.following import Following, Tally
from jobdash.cli.run.job_log import JobLog
from jobdash.cli.run.output import Output
from jobdash.cli.waiting.headway_line import HeadwayLine
from jobdash.control.batches import BatchControl
from jobdash.errors import Refused
from jobdash.job import Job, State
from jobdash.render import batch_json, outcome_text
from jobdash.report import Report
from jobdash.report.ends import End

MOST_COUNTED = 101
# Where no line can be drawn over and over, what is over soon is not worth any.
_SOON_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody wants to hear of a run, and of what came of it."""

    keeps_order: bool = False
    shows_output: bool = True
    quiet: bool = False
    as_json: bool = False
    counts: bool = False


class Session:
    """Follows a batch of commands for somebody who waits. `care` keeps it going.

    Of what has ended before `begun_at`, when it was resumed, there is nothing to be told.
    """

    def __init__(
        self,
        report: Report,
        made: Any,
        file: Path,
        manner: Manner,
        care: Callable[[], None],
        log: JobLog,
        begun_at: int = 0,
    ) -> None:
        self._log = log
        self._begun_at = begun_at
        self._report = report
        self._id, self._name = made.id, made.name
        self._file = file
        self._manner = manner
        self._tally = Tally(made.entered)
        self._following = Following(report, made.id, self._tally, care, manner.keeps_order)
        self._output = Output(report, wanted=manner.shows_output and not manner.as_json)
        self._is_silent = manner.quiet or (manner.as_json and not sys.stderr.isatty())
        self._headway = HeadwayLine(self._name, quiet=self._is_silent)
        self._begun = time.monotonic()
        # There is nothing to be mixed up with what a single command prints.
        inputs = report.inputs_after(made.id, 0, 2)
        self._only = inputs[0].seq if len(inputs) == 1 else None
        self._is_interrupted = False

    def run(self) -> int:
        """Return the exit code when all jobs have ended, or when nobody wants to wait."""
        while True:
            try:
                self._follow()
                break
            except KeyboardInterrupt:
                if self._leave():
                    return INTERRUPTED
        self._tell()
        return INTERRUPTED if self._is_interrupted else self._exit_code()

    def _follow(self) -> None:
        try:
            self._following.follow(self._show, self._tell_end)
        finally:
            self._headway.clear()

    def _tell_end(self, end: End) -> None:
        job = self._job_of(end)
        if job is not None and (job.finished_at or 0) < self._begun_at:
            return
        self._headway.clear()
        if job is not None:
            self._log.note(end.number, job)
        if not end.is_silent:
            self._output.show(end.seq)
        # Those that were cancelled may be many, and are counted in the end.
        if end.state is State.FAILED and not self._is_silent:
            self._tell_failure(end)

    def _job_of(self, end: End) -> Job | None:
        """Return its job, if anything has to be known of it."""
        is_needed = self._log.is_wanted or self._begun_at
        return self._report.job_by_seq(end.seq) if is_needed else None

    def _show(self, is_new: bool) -> None:
        if self._only is not None and self._output.is_wanted:
            self._output.show_so_far(self._only)
            return
        is_live = sys.stderr.isatty()
        if not is_live and time.monotonic() - self._begun < _SOON_SECONDS:
            return
        if is_new or self._headway.is_due():
            self._headway.show(self._report.batch(str(self._id)).counts, now())

    def _tell_failure(self, end: End) -> None:
        job = self._report.job_by_seq(end.seq)
        if job is not None:
            note(f"#{end.seq} failed: {job.error_message or job.reason or 'why is not known'}")

    def _leave(self) -> bool:
        """Ask what is to become of it; return whether that is no matter of ours any more."""
        how = Leaving.STOP if self._is_interrupted else ask_leaving()
        if how is Leaving.STAY:
            return False
        if how is Leaving.LEAVE:
            note(f"batch {self._name} goes on: jobdash wait --batch {self._name} --db {self._file}")
            return True
        again, self._is_interrupted = self._is_interrupted, True
        if not again:
            self._cancel(running=how is Leaving.STOP)
        return again

    def _cancel(self, *, running: bool) -> None:
        batches = BatchControl(self._file)
        try:
            batches.cancel(self._name, now(), running=running)
        except Refused:
            pass  # it has ended just now
        finally:
            batches.close()

    def _tell(self) -> None:
        if self._manner.as_json:
            print_json(batch_json(self._report.batch(str(self._id))))
        elif not self._is_silent and self._is_worth_a_line():
            counts = self._report.batch(str(self._id)).counts
            note(f"batch {self._name}: {outcome_text(counts)}")

    def _is_worth_a_line(self) -> bool:
        return bool(self._tally.stopped) or (sys.stderr.isatty() and self._tally.total > 1)

    def _exit_code(self) -> int:
        bad = self._tally.total - self._tally.succeeded
        if self._manner.counts:
            return min(bad, MOST_COUNTED)
        return JOB_FAILED if bad else DONE
