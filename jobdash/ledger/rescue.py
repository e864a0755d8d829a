"""What becomes of a job whose worker died. Works on columns only, in a caller's transaction."""

import random
from enum import StrEnum
from typing import NamedTuple

from jobdash.database import Transaction
from jobdash.ids import new_id
from jobdash.job import State
from jobdash.ledger import rows, workflow
from jobdash.ledger.rows import SQL
from jobdash.retries import RetryPolicy, next_try
from jobdash.signature import signature


class Death(StrEnum):
    """What ended a worker, as far as it matters to the job that it ran."""

    CRASH = "crash"
    # Killed because it did not stop when its pool did: the job is not to blame.
    STOP = "stop"
    # Killed because its job outlasted the hard time limit: the job has failed.
    OVERDUE = "overdue"


class Held(NamedTuple):
    """What a dead worker was running, as the row tells it."""

    seq: int
    number: int
    rescues: int
    max_rescues: int
    cancel_requested_at: int | None
    has_handler: bool
    message: int | None
    retries_left: int
    retry_delay: float
    retry_backoff: float
    retry_max_delay: float | None
    retry_jitter: float
    task: str
    batch: str | None


def rescue(tx: Transaction, held: Held, how: str, now: int, death: Death) -> bool:
    """Free one job; `how` says how its worker died, `death` whether the job is to blame.

    It goes back to pending, unless somebody wanted it stopped anyway, it has now cost as many
    workers as it may, or it outlasted its time limit, which is a failure like any other. Where it
    fails for good, its error handler is entered; huey's signals and hooks have nobody to run them.
    Return whether it has.
    """
    if held.cancel_requested_at is not None:
        _cancel(tx, held, how, now)
    elif death is Death.STOP:
        rows.archive(tx, held.seq, "returned", now, "WorkerLost", how)
        tx.run(SQL["release"], {**_guard(held), "idle": False, "reason": how})
        rows.log(tx, now, held.seq, "returned", how)
    elif death is Death.OVERDUE:
        return _time_out(tx, held, how, now)
    elif (held.rescues + 1) % held.max_rescues:
        rows.archive(tx, held.seq, "lost", now, "WorkerLost", how)
        tx.run(SQL["rescue"], {**_guard(held), "reason": f"worker lost: {how}"})
        rows.log(tx, now, held.seq, "rescued", how)
    else:
        return _give_up(tx, held, how, now)
    return False


def _time_out(tx: Transaction, held: Held, how: str, now: int) -> bool:
    rows.archive(tx, held.seq, "failed", now, "HardTimeLimit", how)
    values = {
        **_guard(held),
        "now": now,
        "is_failure": True,
        "error_type": "HardTimeLimit",
        "error_message": how,
        "reason": None,
        "cpu": None,
        "memory": None,
    }
    if held.retries_left:
        tx.run(SQL["try_again"], {**values, **_next_try(tx, held, now)})
        return False
    tx.run(SQL["fail"], {**values, **_signed(held, "HardTimeLimit", how)})
    _follow_up(tx, held, now)
    return True


def _next_try(tx: Transaction, held: Held, now: int) -> dict[str, object]:
    policy = RetryPolicy(
        held.retry_delay, held.retry_backoff, held.retry_max_delay, held.retry_jitter
    )
    following = next_try(policy, held.retries_left, now, random.random())
    return {
        "state": State.PENDING if following.eta is None else State.RETRYING,
        "eta": following.eta,
        "retries_left": following.retries_left,
        "retry_delay": following.delay,
        "place": rows.next_place(tx, held.seq, now),
    }


def _cancel(tx: Transaction, held: Held, how: str, now: int) -> None:
    rows.archive(tx, held.seq, "cancelled", now, "WorkerLost", how)
    reason = f"cancelled; its worker ended: {how}"
    end = {"now": now, "idle": False, "is_failure": False, "reason": reason}
    tx.run(SQL["confirm_cancel"], {**_guard(held), **end})
    workflow.abandon_steps(tx, held.seq, now, result=None, value=b"")


def _give_up(tx: Transaction, held: Held, how: str, now: int) -> bool:
    rows.archive(tx, held.seq, "lost", now, "WorkerLost", how)
    often = f"{held.rescues + 1} times, the last" if held.rescues else "once"
    reason = f"worker lost {often}: {how}"
    signed = _signed(held, "WorkerLost", how)
    tx.run(SQL["give_up_rescue"], {**_guard(held), **signed, "now": now, "reason": reason})
    _follow_up(tx, held, now)
    return True


def _follow_up(tx: Transaction, held: Held, now: int) -> None:
    """Do what follows from a job that has failed for good."""
    rows.store_result(tx, held.seq, b"")
    if held.has_handler and held.message is not None:
        message = tx.insert(SQL["copy_message"], {"id": held.message})
        handler = {"id": new_id(), "seq": held.seq, "message": message, "now": now}
        tx.run(SQL["insert_handler"], handler)
    workflow.abandon_steps(tx, held.seq, now, result=b"", value=b"")


def _signed(held: Held, error_type: str, how: str) -> dict[str, str | None]:
    # Nobody knows where in the code a worker was when it died: the task stands for the place.
    return {"error_where": None, "signature": signature(error_type, how, held.task)}


def _guard(held: Held) -> dict[str, int]:
    return {"seq": held.seq, "number": held.number}
