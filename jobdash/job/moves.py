"""The table of legal moves: which events take a job from which states to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from jobdash.job.states import FINAL, State


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
    NOW = "now"
    CHANGE = "change"
    UNDO = "undo"
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
_NOT_BEGUN = _DELAYED | _STEP | {State.PENDING}

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
        Event.NOW: _move(_DELAYED, State.PENDING),
        # Priority and eta: a job that may run now may have to wait, and the other way round.
        Event.CHANGE: _move(_NOT_BEGUN, *_NOT_BEGUN),
        # Takes one of the five decisions back, as long as the job stands as that has left it; and
        # a replay by cancelling the new job.
        Event.UNDO: _move(
            _NOT_BEGUN | {State.CANCELLED, State.DISCARDED},
            *(FINAL - {State.SUCCEEDED}),
            *_NOT_BEGUN,
        ),
        # huey enqueues an id that it has used before: the same row goes on.
        Event.ENQUEUE_AGAIN: _move(FINAL, State.PENDING, State.SCHEDULED, State.WAITING),
    }
)
