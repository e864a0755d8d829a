"""A worker's right to run a job."""

from __future__ import annotations

from typing import NamedTuple

# What the attempt says that ended well and was delivered again on purpose; its result follows.
FIRST_RETURNED = "the first delivery returned "
ON_PURPOSE = " (chaos: on purpose)"


class Claim(NamedTuple):
    """A worker's right to run one job once. `number` is the fence: a finish must match it.

    `attempt` counts from 1 the runs of the body, this one included; `chord` is the chord whose
    callback this is; `may_be_revoked` is true if there was a revocation of the job or its task;
    `handles` is the failed job in whose message this one, its error handler, is to be found;
    `in_lane` is whether its end may let another one through, see `jobdash.ledger.lanes`; `chaos` is
    the fault that this run has on purpose. A tuple, because one is made for every job.
    """

    seq: int
    number: int
    attempt: int
    id: str
    task: str
    message: int | None
    data: bytes | None
    checksum: int | None
    chord: str | None
    may_be_revoked: bool
    eta: int | None
    expires: int | None
    priority: float
    retries_left: int
    retry_delay: float
    retry_backoff: float
    retry_max_delay: float | None
    retry_jitter: float
    handles: int | None
    batch: str | None
    in_lane: int
    chaos: str | None
