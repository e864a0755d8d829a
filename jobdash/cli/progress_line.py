"""How far jobs have come, for somebody who waits: a live line at a terminal, else a few notes."""

import time
from collections.abc import Callable, Sequence

from jobdash.cli.live_line import EACH_SECOND, LiveLine
from jobdash.cli.output import note
from jobdash.forecast import share_done
from jobdash.job import Job, State
from jobdash.render import bar_text, describe_when, pace_text, progress_text
from jobdash.text import shorten

_STEPS = 10


class ProgressLine:
    """Shows on standard error how far some jobs have come.

    At a terminal one line is drawn over and over. Elsewhere there is a line for each tenth of a
    job that is done. A `quiet` one shows nothing.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._line = LiveLine()
        self._quiet = quiet
        self._asked: tuple[int, State] | None = None
        self._asked_at = 0.0
        self._expected = ""
        self._steps: dict[int, int] = {}

    def is_due(self) -> bool:
        """Whether it is to be shown again although nothing has happened: the time goes on."""
        return not self._quiet and self._line.is_due()

    def show(
        self, jobs: Sequence[Job], ended: int, now: int, expected: Callable[[Job, int], str]
    ) -> None:
        """Show how far these jobs have come, of which so many more have ended."""
        if self._quiet:
            return
        if self._line.is_live:
            self._line.draw(self._words(jobs, ended, now, expected) if jobs else "")
        else:
            for job in jobs:
                self._note(job, now)

    def clear(self) -> None:
        """Take the line away, so that others can write."""
        self._line.clear()

    def _words(
        self, jobs: Sequence[Job], ended: int, now: int, expected: Callable[[Job, int], str]
    ) -> str:
        """Return the line for the job that is the furthest on, and how many there are besides."""
        job = max(jobs, key=_furthest)
        many = f"{ended} of {len(jobs) + ended} ended" if len(jobs) + ended > 1 else ""
        if self._asked != (job.seq, job.state) or time.monotonic() - self._asked_at >= EACH_SECOND:
            self._asked, self._expected = (job.seq, job.state), expected(job, now)
            self._asked_at = time.monotonic()
        parts = (many, f"#{job.seq}", describe_when(job, now), bar_text(job), *_told(job, now))
        return shorten("  ".join(filter(None, (*parts, self._expected))), self._line.width())

    def _note(self, job: Job, now: int) -> None:
        share = share_done(job) if job.state is State.RUNNING else None
        step = 0 if share is None else int(share * _STEPS)
        if step > self._steps.get(job.seq, 0):
            note(f"#{job.seq}  {'  '.join(_told(job, now))}")
        self._steps[job.seq] = step


def _furthest(job: Job) -> tuple[bool, float, int]:
    return job.state is State.RUNNING, share_done(job) or 0.0, -job.seq


def _told(job: Job, now: int) -> tuple[str, str]:
    return (progress_text(job), pace_text(job, now)) if job.state is State.RUNNING else ("", "")
