"""The question where a running job is."""

from dataclasses import dataclass

from jobdash.errors import NoStack, UnknownJob
from jobdash.report import Report
from jobdash.threads import Stack

# Who answers at all does so in a few milliseconds, and the screen waits for nobody.
_PATIENCE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class StackNews:
    """Where a job was at a moment; without a stack, `trouble` says why there is none."""

    at: int
    stack: Stack | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class StackQuestion:
    """Where the job with this number is now."""

    seq: int

    def answer(self, report: Report, now: int) -> StackNews:
        """Ask the worker that runs it."""
        try:
            return StackNews(now, report.stack(self.seq, _PATIENCE_SECONDS))
        except (NoStack, UnknownJob) as error:
            return StackNews(now, trouble=str(error))
