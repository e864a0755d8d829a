"""Jobs, attempts, task types and events as readers see them: columns, never the payload."""

from __future__ import annotations

from dataclasses import dataclass

from jobdash.job.states import State
from jobdash.job.units import Amount


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the ledger as readers see it: previews and columns, never the payload."""

    seq: int
    id: str
    queue: str
    task: str
    state: State
    args: str
    kwargs: str
    priority: float
    attempts: int
    failures: int
    rescues: int
    retries: int
    retries_left: int
    retry_delay: float
    retry_backoff: float
    retry_max_delay: float | None
    retry_jitter: float
    created_at: int
    eta: int | None
    expires: int | None
    started_at: int | None
    finished_at: int | None
    worker: int | None
    result: str | None
    error_type: str | None
    error_message: str | None
    error_where: str | None
    signature: str | None
    reason: str | None
    progress_done: Amount | None
    progress_total: Amount | None
    progress_note: str | None
    after: int | None
    parent: int | None
    replay_of: int | None
    duplicate_of: int | None
    batch: str | None
    key: str | None
    cancel_requested_at: int | None
    revoked: bool
    held: bool
    # For how long after its arrival the key holds, and how often it was enqueued again.
    key_window: int | None = None
    repeats: int = 0
    # When the task last told how far it is, and its units per second: lately, and on the whole.
    progress_at: int | None = None
    progress_rate: float | None = None
    progress_mean: float | None = None
    # What its last run took, as `Attempt`.
    cpu: int | None = None
    memory: int | None = None
    # It is pending, but its batch or the limit of its task does not let it run yet.
    limited: bool = False

    @property
    def is_final(self) -> bool:
        """True once the job has reached one of the five final states."""
        return self.state.is_final


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job's body: who, when, how it ended. `outcome` is None while it runs.

    `number` counts the runs of the body from 1. It is not the number of a claim: claims that were
    given back before the body began are none of these. What it printed lies between `log_start` and
    `log_end`, see `jobdash.logfiles`; without an end it goes on to the end of the file.
    """

    number: int
    worker: int | None
    started_at: int
    ended_at: int | None
    outcome: str | None
    error_type: str | None = None
    error_message: str | None = None
    traceback: str | None = None
    log_start: int | None = None
    log_end: int | None = None
    progress_done: Amount | None = None
    progress_total: Amount | None = None
    progress_note: str | None = None
    # CPU time in microseconds, and the largest size of the worker's process in bytes.
    cpu: int | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class TaskType:
    """A task the app has registered, as the pool wrote it down for readers.

    `parameters` is a JSON list of objects with name, kind, default (a preview or null),
    required, and annotation (text or null). `rule` is what `jobdash.rule.read` reads; only a pool
    gives it.
    """

    name: str
    queue: str
    parameters: str
    doc: str
    retries: int
    retry_delay: float
    priority: float
    timeout: float | None
    periodic: bool
    registered_at: int
    paused: bool
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One line of the transition log."""

    at: int
    seq: int | None
    kind: str
    detail: str
