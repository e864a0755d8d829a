"""Why a job does not run: causes that programs can tell apart, each with a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum

from jobdash.job import MICROSECONDS
from jobdash.text import clock, format_age, iso

_DAY = 24 * 3600 * MICROSECONDS


class Cause(StrEnum):
    """What keeps a job from running, or why the question does not arise."""

    PAUSED = "paused"
    TASK_PAUSED = "task_paused"
    HELD = "held"
    BATCH_PAUSED = "batch_paused"
    BATCH_CANCELLED = "batch_cancelled"
    BATCH_INCOMPLETE = "batch_incomplete"
    BATCH_LIMIT = "batch_limit"
    BATCH_RATE = "batch_rate"
    BATCH_AFTER = "batch_after"
    BATCH_END = "batch_end"
    TASK_LIMIT = "task_limit"
    REVOKED = "revoked"
    TASK_REVOKED = "task_revoked"
    NOT_REGISTERED = "not_registered"
    NO_POOL = "no_pool"
    NO_WORKER = "no_worker"
    DRAINING = "draining"
    ONLY_GUESTS = "only_guests"
    BUSY = "busy"
    AHEAD = "ahead"
    ETA = "eta"
    RETRY_DELAY = "retry_delay"
    DUE = "due"
    LOCKED = "locked"
    RATE_LIMIT = "rate_limit"
    PREDECESSOR = "predecessor"
    CHORD = "chord"
    EXPIRES = "expires"
    EXPIRED = "expired"
    NEXT = "next"
    RUNNING = "running"
    STALLED = "stalled"
    WORKER_LOST = "worker_lost"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause. `said` is its sentence without the moment, which `text` adds as seen from now.

    `until` is when the cause ends by itself, `since` when it began, both in microseconds since the
    epoch. `job` is the other job that it is about, `task` the task type, `detail` what comes behind
    the moment. The words hold names from the file as they are: who shows them has to clean them.
    """

    cause: Cause
    said: str
    until: int | None = None
    since: int | None = None
    job: int | None = None
    task: str = ""
    detail: str = ""

    def text(self, now: int) -> str:
        """Return the whole sentence, `it is scheduled for 04:10:09 (in 42s)`."""
        return ": ".join(filter(None, (f"{self.said}{self._moment(now)}", self.detail)))

    def _moment(self, now: int) -> str:
        if self.until is not None:
            return f" {_moment(self.until, now)}{_ahead(self.until, now)}"
        if self.since is not None:
            return f" since {_moment(self.since, now)} ({format_age(now, self.since)} ago)"
        return ""


def _ahead(until: int, now: int) -> str:
    return "" if until <= now else f" (in {format_age(until, now)})"


def _moment(us: int, now: int) -> str:
    if abs(us - now) < _DAY:
        return clock(us)
    return (iso(us) or "")[:16].replace("T", " ") + " UTC"
