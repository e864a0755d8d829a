"""Waiting for some jobs one by one."""

from collections.abc import Iterator, Sequence

from jobdash.cli.clock import now
from jobdash.cli.output import print_json, say
from jobdash.cli.progress_line import ProgressLine
from jobdash.cli.prospect import prospect
from jobdash.cli.table import STATE_COLOURS
from jobdash.cli.waiting.manner import Manner
from jobdash.cli.waiting.watch import watch
from jobdash.job import Job, State
from jobdash.render import call_text, error_text, job_json
from jobdash.report import Report


class Few:
    """Jobs that are told of one by one, as soon as they have ended."""

    def __init__(self, report: Report, seqs: Sequence[int], manner: Manner) -> None:
        self._report = report
        self._manner = manner
        self._seqs = seqs
        self._open = [*seqs]
        self._ended: dict[int, Job] = {}
        self._progress = ProgressLine(quiet=manner.shows_nothing)

    def wait(self, deadline: float) -> bool:
        """Return whether all have ended before the time was up."""
        try:
            return watch(self._report, self._look, deadline, self._progress.is_due)
        finally:
            self._progress.clear()

    def is_over(self) -> bool:
        """Whether all have ended already."""
        jobs = map(self._report.job_by_seq, self._open)
        return all(job is None or job.is_final for job in jobs)

    @property
    def is_success(self) -> bool:
        """Whether all that have ended have succeeded."""
        return all(job.state is State.SUCCEEDED for job in self._ended.values())

    def late(self) -> str:
        """Return which have not ended."""
        jobs = (self._report.job_by_seq(seq) for seq in self._open)
        return ", ".join(f"#{job.seq} is {job.state}" for job in jobs if job)

    def tell(self) -> None:
        """Print what came of it; each end has been told already, unless a document is wanted."""
        if self._manner.as_json:
            found = (self._ended.get(seq) or self._report.job_by_seq(seq) for seq in self._seqs)
            print_json([job_json(job) for job in found if job])

    def _look(self) -> bool:
        going_on: list[Job] = []
        for job in self._new_ends(going_on):
            self._progress.clear()
            if self._manner.is_told:
                tell_end(job)
        self._progress.show(going_on, len(self._ended), now(), self._expected)
        return not self._open

    def _new_ends(self, going_on: list[Job]) -> Iterator[Job]:
        for seq in tuple(self._open):
            job = self._report.job_by_seq(seq)
            if job is not None and not job.is_final:
                going_on.append(job)
                continue
            self._open.remove(seq)
            if job is not None:
                # As it was then: somebody may retry it.
                self._ended[seq] = job
                yield job

    def _expected(self, job: Job, moment: int) -> str:
        return prospect(self._report, job, moment).text()


def tell_end(job: Job) -> None:
    """Print what became of a job, in a line."""
    what = error_text(job) or job.reason or job.result or ""
    say(f"#{job.seq} {job.state}  {call_text(job)}  {what}", style=STATE_COLOURS.get(job.state))
