"""What callers hand to the ledger and get back from it. Times are microseconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from jobdash.identity import Identity
from jobdash.job import Claim, Event
from jobdash.ledger.progress import Standing

MAX_RESCUES = 3


@dataclass(slots=True)
class NewJob:
    """A job to be entered, with the later steps of its pipeline. Not to be changed once made.

    `data` is the serialized message; a later step has none until its turn comes. `has_handler` is
    whether an error handler is in it. `member_of` is the (chord id, position) whose value the last
    step reports. A job with the `key` of an earlier one of its task, which came at most
    `key_window` microseconds before, is not entered, unless the earlier one failed, was cancelled
    or expired; with `keeps_key` even then. `is_limited` is whether its task may have only so many
    jobs running at once.
    """

    id: str
    task: str
    data: bytes | None
    args: str = "[]"
    kwargs: str = "{}"
    priority: float = 0
    retries: int = 0
    retry_delay: float = 0
    retry_backoff: float = 0
    retry_max_delay: float | None = None
    retry_jitter: float = 0
    max_rescues: int = MAX_RESCUES
    has_handler: bool = False
    timeout: float | None = None
    hard_timeout: float | None = None
    eta: int | None = None
    expires: int | None = None
    parent: int | None = None
    batch: str | None = None
    is_limited: bool = False
    key: str | None = None
    key_window: int | None = None
    keeps_key: bool = False
    steps: tuple[NewJob, ...] = ()
    member_of: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class NewChord:
    """Members that run at once and a callback that runs when all of them are final."""

    cid: str
    members: tuple[NewJob | NewChord, ...]
    callback: NewJob


class Entry(NamedTuple):
    """Where a new job went: a row of its own, or the row of an earlier job with the same key.

    For an earlier job `steps` and `members` are the ids of its later steps and chord members.
    """

    seq: int
    id: str
    is_new: bool = True
    steps: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextStep:
    """The message that the next step of a pipeline gets now that its turn has come."""

    data: bytes
    args: str
    kwargs: str


@dataclass(slots=True)
class Settlement:
    """How an attempt ended, and everything that commits with it. Not to be changed once made.

    `outcome` is the word in the attempt's history, None if no body ran. `is_failure` is whether it
    counts among the job's failures, which a `RetryTask` for example does not. `result` is what
    `Result.get()` will find; an empty value means: what the job's row says. `member_value` is what
    a chord gets if this job's pipeline ends here. `error_where` is the place in the user's
    own code. `log_end` is the place at which what the attempt printed ends. `progress` is how far
    the run has come, if that is not written yet. `post_mortem` is the failure in full, see
    `jobdash.postmortem`; `cpu` is in microseconds and `memory`, at its peak, in bytes, None if they
    were not measured.
    """

    event: Event
    outcome: str | None = None
    is_failure: bool = False
    result: bytes | None = None
    preview: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    error_where: str | None = None
    traceback: str | None = None
    post_mortem: str | None = None
    reason: str | None = None
    eta: int | None = None
    retries_left: int = 0
    retry_delay: float = 0
    linked: bool = False
    next_step: NextStep | None = None
    member_value: bytes = b""
    handler: NewJob | None = None
    clears_revocation: bool = False
    log_end: int | None = None
    progress: Standing | None = None
    cpu: int | None = None
    memory: int | None = None


class Settled(NamedTuple):
    """What a settlement led to: the worker's next claim, and whether a chord was completed.

    `event` is what was asked for, or `Event.CONFIRM_CANCEL` if somebody wanted the job stopped.
    """

    following: Claim | None
    callback_fired: bool
    event: Event


@dataclass(frozen=True, slots=True)
class Present:
    """A worker that has registered and not yet been retired; its process may be gone."""

    id: int
    kind: str
    name: str
    pool: int | None
    identity: Identity
