"""What a batch is, for who looks at one. Pure.

Times are microseconds since the epoch, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

from jobdash.counts import NONE, Counts
from jobdash.forecast import Range


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as readers see it.

    `total` is how many inputs it has, as far as that is known; `counts` is of its jobs. `source`
    is JSON. `pace` is in jobs per second lately, and `left` how long the rest takes, if either can
    be told. It begins when `after_job` has succeeded; `then_job` and `notify_job` wait for its end.
    """

    id: int
    name: str
    queue: str
    task: str
    tags: tuple[str, ...]
    source: str
    total: int | None
    created_at: int
    closed_at: int | None
    paused_at: int | None
    cancelled_at: int | None
    cancelled_why: str | None
    finished_at: int | None
    priority: float | None
    concurrency: int | None
    rate: float | None
    after_job: int | None
    then_job: int | None
    notify_job: int | None
    counts: Counts = NONE
    pace: float | None = None
    left: Range | None = None

    @property
    def state(self) -> str:
        """Where it stands, in one word."""
        if self.finished_at is not None:
            return "finished" if self.counts.is_success else "failed"
        if self.cancelled_at is not None:
            return "stopping"
        if self.paused_at is not None:
            return "paused"
        if self.closed_at is None:
            return "filling"
        return "running" if self.counts.running or self.counts.ended else "waiting"

    @property
    def took(self) -> int | None:
        """From when it was made until its last job ended, None if that has not."""
        return None if self.finished_at is None else self.finished_at - self.created_at
