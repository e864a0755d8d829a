"""What becomes of a job whose worker died. Works on columns only, in a caller's transaction."""

from typing import NamedTuple

from jobdash.database import Transaction
from jobdash.ledger import rows, workflow
from jobdash.ledger.rows import SQL

MAX_RESCUES = 3


class Held(NamedTuple):
    """What a dead worker was running, as the row tells it."""

    seq: int
    number: int
    rescues: int
    cancel_requested_at: int | None


def rescue(tx: Transaction, queue: str, held: Held, how: str, now: int) -> None:
    """Free one job; `how` says how its worker died.

    It goes back to pending, unless somebody wanted it stopped anyway, or this was the third
    worker that it cost.
    """
    cancelled = held.cancel_requested_at is not None
    rows.archive(tx, held.seq, "cancelled" if cancelled else "lost", now, "WorkerLost", how)
    guard = {"seq": held.seq, "number": held.number}
    if not cancelled and (held.rescues + 1) % MAX_RESCUES:
        tx.run(SQL["rescue"], {**guard, "reason": f"worker lost: {how}"})
        rows.log(tx, now, held.seq, "rescued", how)
        return
    if cancelled:
        reason = f"cancelled; its worker: {how}"
        tx.run(SQL["confirm_cancel"], {**guard, "now": now, "idle": False, "reason": reason})
    else:
        reason = f"worker lost {held.rescues + 1} times, the last: {how}"
        tx.run(SQL["give_up_rescue"], {**guard, "now": now, "reason": reason})
        rows.store_result(tx, held.seq, b"")
    result = None if cancelled else b""
    workflow.abandon_steps(tx, queue, held.seq, now, result=result, value=b"")
