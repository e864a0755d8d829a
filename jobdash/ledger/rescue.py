"""What becomes of a job whose worker died. Works on columns only, in a caller's transaction."""

from enum import StrEnum
from typing import NamedTuple

from jobdash.database import Transaction
from jobdash.job import MICROSECONDS, State
from jobdash.ledger import rows, workflow
from jobdash.ledger.rows import SQL

MAX_RESCUES = 3


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
    cancel_requested_at: int | None
    retries_left: int
    retry_delay: float


def rescue(tx: Transaction, held: Held, how: str, now: int, death: Death) -> None:
    """Free one job; `how` says how its worker died, `death` whether the job is to blame.

    It goes back to pending, unless somebody wanted it stopped anyway, this was the third worker
    that it cost, or it outlasted its time limit, which is a failure like any other.
    """
    if held.cancel_requested_at is not None:
        _cancel(tx, held, how, now)
    elif death is Death.STOP:
        rows.archive(tx, held.seq, "returned", now, "WorkerLost", how)
        tx.run(SQL["release"], {**_guard(held), "idle": False, "reason": how})
        rows.log(tx, now, held.seq, "returned", how)
    elif death is Death.OVERDUE:
        _time_out(tx, held, how, now)
    elif (held.rescues + 1) % MAX_RESCUES:
        rows.archive(tx, held.seq, "lost", now, "WorkerLost", how)
        tx.run(SQL["rescue"], {**_guard(held), "reason": f"worker lost: {how}"})
        rows.log(tx, now, held.seq, "rescued", how)
    else:
        _give_up(tx, held, how, now)


def _time_out(tx: Transaction, held: Held, how: str, now: int) -> None:
    rows.archive(tx, held.seq, "failed", now, "HardTimeLimit", how)
    values = {
        **_guard(held),
        "now": now,
        "counted": True,
        "error_type": "HardTimeLimit",
        "error_message": how,
        "reason": None,
    }
    if held.retries_left:
        tx.run(SQL["try_again"], {**values, **_next_try(tx, held, now)})
        return
    tx.run(SQL["fail"], values)
    rows.store_result(tx, held.seq, b"")
    workflow.abandon_steps(tx, held.seq, now, result=b"", value=b"")


def _next_try(tx: Transaction, held: Held, now: int) -> dict[str, object]:
    eta = now + int(held.retry_delay * MICROSECONDS) if held.retry_delay else None
    return {
        "state": State.PENDING if eta is None else State.RETRYING,
        "eta": eta,
        "retries_left": held.retries_left - 1,
        "retry_delay": held.retry_delay,
        "place": rows.next_place(tx, held.seq, now),
    }


def _cancel(tx: Transaction, held: Held, how: str, now: int) -> None:
    rows.archive(tx, held.seq, "cancelled", now, "WorkerLost", how)
    reason = f"cancelled; its worker: {how}"
    tx.run(SQL["confirm_cancel"], {**_guard(held), "now": now, "idle": False, "reason": reason})
    workflow.abandon_steps(tx, held.seq, now, result=None, value=b"")


def _give_up(tx: Transaction, held: Held, how: str, now: int) -> None:
    rows.archive(tx, held.seq, "lost", now, "WorkerLost", how)
    reason = f"worker lost {held.rescues + 1} times, the last: {how}"
    tx.run(SQL["give_up_rescue"], {**_guard(held), "now": now, "reason": reason})
    rows.store_result(tx, held.seq, b"")
    workflow.abandon_steps(tx, held.seq, now, result=b"", value=b"")


def _guard(held: Held) -> dict[str, int]:
    return {"seq": held.seq, "number": held.number}
