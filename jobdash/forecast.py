"""How long something will take yet, as a range, from what it took before. Pure.

Durations are in seconds.
"""

from __future__ import annotations

from typing import NamedTuple

from jobdash.job import MICROSECONDS, Job

# The unit that a time is told in, how many seconds it has, and up to how many of it.
_UNITS = (("s", 1, 120), (" min", 60, 120), (" h", 3600, 48), (" days", 86_400, 10_000))


class Range(NamedTuple):
    """From at least so many seconds to at most so many."""

    least: float
    most: float

    def text(self) -> str:
        """Return it as one says it: `2-4 min`, `about 30s`, `up to 1s`."""
        unit, size, _ = next((one for one in _UNITS if self.most < one[1] * one[2]), _UNITS[-1])
        least, most = round(self.least / size), round(self.most / size)
        if most < 1:
            return f"under 1{unit}"
        if least < 1:
            return f"up to {most}{unit}"
        return f"about {most}{unit}" if least == most else f"{least}-{most}{unit}"

    def brief(self) -> str:
        """Return it in at most nine cells: `2-4 min`, `30s`, `<2 min`."""
        return self.text().replace("about ", "").replace("under ", "<").replace("up to ", "<")

    def when(self) -> str:
        """Return it as the time until something happens: `in 2-4 min`, `within 1s`."""
        text = self.text()
        for vague in ("under ", "up to "):
            if text.startswith(vague):
                return f"within {text.removeprefix(vague)}"
        return f"in {text}"

    def later(self, seconds: float) -> Range:
        """Return the range as it is when it begins so much later, or earlier."""
        return Range(max(0.0, self.least + seconds), max(0.0, self.most + seconds))


class Turn(NamedTuple):
    """When a job will begin, and when it will have ended; for one that runs only the end counts."""

    starts: Range
    ends: Range


def share_done(job: Job) -> float | None:
    """Return how much of its work the job's task says is done, from 0 to 1; None if it says not."""
    done, total = job.progress_done, job.progress_total
    return min(1.0, max(0.0, done / total)) if done is not None and total and total > 0 else None


def rate(job: Job) -> float | None:
    """Return how many units a second the running job does of late, None if that is not known."""
    found = job.progress_rate
    if found is None and job.progress_done and job.progress_at and job.started_at is not None:
        took = (job.progress_at - job.started_at) / MICROSECONDS
        found = job.progress_done / took if took > 0 else None
    return found


def time_left(job: Job, now: int) -> Range | None:
    """Return how long the running job will take yet by what its task tells; None: it cannot tell.

    Between what the pace of late makes it and what the pace on the whole does.
    """
    done, total, at = job.progress_done, job.progress_total, job.progress_at
    paces = [pace for pace in (rate(job), job.progress_mean) if pace]
    if done is None or not total or at is None or not paces:
        return None
    ago = (now - at) / MICROSECONDS
    rest = max(0, total - done)
    return Range(rest / max(paces), rest / min(paces)).later(-ago)
