"""The question for what an attempt prints."""

from dataclasses import dataclass

from jobdash.errors import NoLog, UnknownJob
from jobdash.report import JobLog, Report


@dataclass(frozen=True, slots=True)
class LogNews:
    """What is new of an attempt's output.

    `newest` is the number of the job's newest attempt, 0 if it has not run; `trouble` says why
    there is no log of the attempt.
    """

    newest: int
    log: JobLog | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """What an attempt, or the newest one, has printed from an offset on."""

    seq: int
    attempt: int | None = None
    since: int = 0

    def answer(self, report: Report, now: int) -> LogNews:
        """Read it: at most what is kept of one attempt."""
        attempts = report.attempts(self.seq)
        newest = attempts[-1].number if attempts else 0
        try:
            return LogNews(newest, report.log(self.seq, self.attempt, self.since))
        except NoLog as error:
            return LogNews(newest, trouble=str(error))
        except UnknownJob:
            return LogNews(0)
