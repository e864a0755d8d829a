"""What a job is: its states, the events that move it, and the records others pass around.

This module is pure data. It opens nothing, imports nothing of jobdash and does no I/O.
Times are integers, microseconds since the epoch in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

MICROSECONDS = 1_000_000
# The tally counts by chunks of so many job numbers. Smaller ones would make it long, larger ones
# a walk through one of them. The SQL has the same number.
CHUNK = 32768


class State(StrEnum):
    """Where a job stands; see `MOVES` for how it gets from one to another."""

    WAITING = "waiting"
    SCHEDULED = "scheduled"
    PENDING = "pending"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DISCARDED = "discarded"

    @property
    def is_final(self) -> bool:
        """True if nothing happens to the job any more unless a person asks for it."""
        return self in FINAL


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.EXPIRED, State.DISCARDED})
ACTIVE = frozenset(State) - FINAL


class Event(StrEnum):
    """What can happen to a job. The ledger has one method per event."""

    ENQUEUE = "enqueue"
    CLAIM = "claim"
    DEQUEUE = "dequeue"
    HOLD = "hold"
    REQUEUE = "requeue"
    TAKE = "take"
    PROMOTE = "promote"
    SUCCEED = "succeed"
    FAIL = "fail"
    TRY_AGAIN = "try_again"
    POSTPONE = "postpone"
    RELEASE = "release"
    RESCUE = "rescue"
    EXPIRE = "expire"
    CANCEL = "cancel"
    CONFIRM_CANCEL = "confirm_cancel"
    FIRE = "fire"
    SKIP = "skip"
    REARM = "rearm"
    RETRY = "retry"
    DISCARD = "discard"
    ENQUEUE_AGAIN = "enqueue_again"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states an event may start, and in which states it may end."""

    sources: frozenset[State]
    targets: frozenset[State]


def _move(sources: frozenset[State] | set[State], *targets: State) -> Move:
    return Move(frozenset(sources), frozenset(targets))


_RUNNING = frozenset({State.RUNNING})
_DELAYED = frozenset({State.SCHEDULED, State.RETRYING})
_STEP = frozenset({State.WAITING})

MOVES: Mapping[Event, Move] = MappingProxyType(
    {
        # A new row: no state comes before it.
        Event.ENQUEUE: _move(set(), State.PENDING, State.SCHEDULED, State.WAITING),
        Event.CLAIM: _move({State.PENDING}, State.RUNNING),
        # huey's own consumer also takes what has its eta ahead, to sort it into the schedule.
        Event.DEQUEUE: _move({State.PENDING, State.SCHEDULED}, State.RUNNING),
        # huey's own scheduler holds what is due until it has put it into the queue.
        Event.HOLD: _move(_DELAYED, State.RUNNING),
        Event.REQUEUE: _move(_RUNNING, State.PENDING),
        # Runs exactly this job, here and now, wherever it stands.
        Event.TAKE: _move({State.PENDING} | _DELAYED | FINAL, State.RUNNING),
        Event.PROMOTE: _move(_DELAYED, State.PENDING),
        Event.SUCCEED: _move(_RUNNING, State.SUCCEEDED),
        Event.FAIL: _move(_RUNNING, State.FAILED),
        Event.TRY_AGAIN: _move(_RUNNING, State.RETRYING, State.PENDING),
        Event.POSTPONE: _move(_RUNNING, State.SCHEDULED),
        Event.RELEASE: _move(_RUNNING, State.PENDING),
        Event.RESCUE: _move(_RUNNING, State.PENDING, State.RETRYING, State.FAILED, State.CANCELLED),
        Event.EXPIRE: _move(_RUNNING, State.EXPIRED),
        # A running job only notes the request; its end is CONFIRM_CANCEL.
        Event.CANCEL: _move({State.PENDING} | _DELAYED | _STEP, State.CANCELLED),
        Event.CONFIRM_CANCEL: _move(_RUNNING, State.CANCELLED),
        Event.FIRE: _move(_STEP, State.PENDING, State.SCHEDULED),
        Event.SKIP: _move(_STEP, State.CANCELLED),
        Event.REARM: _move({State.CANCELLED}, State.WAITING),
        # A step whose turn has not come waits for it, as a chord's callback for its members.
        Event.RETRY: _move(
            {State.FAILED, State.CANCELLED, State.EXPIRED, State.DISCARDED},
            State.PENDING,
            State.WAITING,
        ),
        Event.DISCARD: _move({State.FAILED}, State.DISCARDED),
        # huey enqueues an id that it has used before: the same row goes on.
        Event.ENQUEUE_AGAIN: _move(FINAL, State.PENDING, State.SCHEDULED, State.WAITING),
    }
)


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
    progress_done: int | None
    progress_total: int | None
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

    @property
    def is_final(self) -> bool:
        """True once the job has reached one of the five final states."""
        return self.state.is_final


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job's body: who, when, how it ended. `outcome` is None while it runs.

    `number` counts the runs of the body from 1. It is not the number of a claim: claims that were
    given back before the body began are none of these.
    """

    number: int
    worker: int | None
    started_at: int
    ended_at: int | None
    outcome: str | None
    error_type: str | None = None
    error_message: str | None = None
    traceback: str | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs jobs or supervises those that do."""

    id: int
    queue: str
    kind: str
    name: str
    pid: int
    pool: int | None
    started_at: int
    ended_at: int | None
    ended_how: str | None
    done: int
    failed: int
    alive: bool
    job: int | None
    job_task: str | None
    job_started_at: int | None


@dataclass(frozen=True, slots=True)
class TaskType:
    """A task the app has registered, as the pool wrote it down for readers.

    `parameters` is a JSON list of objects with name, kind, default (a preview or null),
    required, and annotation (text or null).
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


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One line of the transition log."""

    at: int
    seq: int | None
    kind: str
    detail: str


class Claim(NamedTuple):
    """A worker's right to run one job once. `number` is the fence: a finish must match it.

    `attempt` counts from 1 the runs of the body, this one included; `chord` is the chord whose
    callback this is; `may_be_revoked` is true if there was a revocation of the job or its task;
    `handles` is the failed job in whose message this one, its error handler, is to be found. A
    tuple, because one is made for every job.
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
