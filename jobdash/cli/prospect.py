"""What is to be expected of a job: when it begins and ends, and whether it is stalled."""

from dataclasses import dataclass
from typing import Any

from jobdash.forecast import Turn
from jobdash.job import Job, State
from jobdash.render import pace_text, turn_json, turn_text
from jobdash.report import Report
from jobdash.text import format_age, iso


@dataclass(frozen=True, slots=True)
class Prospect:
    """A job's turn, and since when it is silent for longer than its task ever is; else nothing."""

    job: Job
    now: int
    turn: Turn | None
    silent_since: int | None

    def text(self) -> str:
        """Return what to expect in words, '' if nobody knows."""
        if self.silent_since is not None:
            return f"stalled: nothing for {format_age(self.now, self.silent_since)}"
        runs = self.job.state is State.RUNNING
        if self.turn is None or (runs and pace_text(self.job, self.now)):
            return ""
        return turn_text(self.turn, runs=runs)

    def document(self) -> dict[str, Any]:
        """Return the same for programs; `starts_in` and `ends_in` are in seconds."""
        return {"forecast": turn_json(self.turn), "stalled_since": iso(self.silent_since)}


def prospect(report: Report, job: Job, now: int) -> Prospect:
    """Ask what is to be expected of a job."""
    if job.is_final:
        return Prospect(job, now, None, None)
    return Prospect(job, now, report.turn(job, now), report.stalled(now).get(job.seq))
