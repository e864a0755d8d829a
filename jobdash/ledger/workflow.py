"""What one job's end means for others: later steps, chords. Runs in a caller's transaction."""

from jobdash.database import Transaction
from jobdash.job import State
from jobdash.ledger import rows
from jobdash.ledger.records import NextStep
from jobdash.ledger.rows import SQL


def fire_next_step(tx: Transaction, seq: int, step: NextStep | None, now: int) -> bool:
    """Give the next step of a succeeded job its message and its turn. Return if there is one."""
    waiting = tx.one(SQL["next_step"], {"seq": seq})
    if step is None:
        return waiting is not None
    message = rows.insert_message(tx, step.data)
    parameters = {"message": message, "args": step.args, "kwargs": step.kwargs}
    if waiting is None:
        tx.run(SQL["hand_over"], {"seq": seq, **parameters})
        return False
    following, eta = waiting
    tx.run(SQL["fire"], {**_turn(tx, following, eta, now), **parameters})
    return True


def abandon_steps(
    tx: Transaction, seq: int, now: int, *, result: bytes | None, value: bytes
) -> bool:
    """Cancel the later steps of a job that will not succeed, and tell its chord.

    `result` is what their `Result.get()` finds, `value` what the chord's callback is handed; an
    empty value means: what the row of the job says. Return whether a callback was fired.
    """
    last, ends_now = seq, True
    for (step,) in tx.run(SQL["later_steps"], {"seq": seq}):
        reason = f"#{seq} before it did not succeed"
        skipped = {"seq": step, "now": now, "because": seq, "reason": reason}
        last, ends_now = step, bool(tx.run(SQL["skip"], skipped))
        if ends_now and result is not None:
            rows.store_result(tx, step, result)
    # A last step that was cancelled by itself has told its chord already.
    return ends_now and report_to_chord(tx, last, value, now)


def report_to_chord(tx: Transaction, seq: int, value: bytes, now: int) -> bool:
    """Record a member's end; fire the callback if it was the last one, and return if so."""
    fired = False
    for cid, position in tx.run(SQL["membership"], {"seq": seq}):
        tx.run(SQL["set_member_value"], {"cid": cid, "position": position, "value": value})
        fired |= fire_callback_if_complete(tx, cid, now)
    return fired


def is_complete(tx: Transaction, cid: str) -> bool:
    """Return whether every member of a chord has ended."""
    return all(value is not None for value, _ in tx.run(SQL["chord_values"], {"cid": cid}))


def fire_callback_if_complete(tx: Transaction, cid: str, now: int) -> bool:
    """Make a chord's callback pending once every member has ended, and never twice."""
    complete = tx.one(SQL["complete_callback"], {"cid": cid})
    if complete is None:
        return False
    seq, eta = complete
    tx.run(SQL["fire_callback"], _turn(tx, seq, eta, now))
    return True


def begin(tx: Transaction, seq: int, eta: int | None, now: int) -> None:
    """Give a waiting job its turn."""
    tx.run(SQL["fire_callback"], _turn(tx, seq, eta, now))


def rearm_steps(tx: Transaction, seq: int) -> None:
    """Let the steps that were cancelled because of a job wait for it again."""
    last, goes_on = seq, True
    for (step,) in tx.run(SQL["later_steps"], {"seq": seq}):
        last, goes_on = step, bool(tx.run(SQL["rearm"], {"seq": step, "because": seq}))
        if goes_on:
            tx.run(SQL["forget_result"], {"seq": step})
    if goes_on:
        # A chord has not heard the last of a member whose last step runs again.
        tx.run(SQL["forget_member_value"], {"seq": last})


def _turn(tx: Transaction, seq: int, eta: int | None, now: int) -> dict[str, object]:
    state = rows.ready_state(eta, now)
    place = rows.next_place(tx, seq, now)
    return {"seq": seq, "state": state, "place": place, "fresh": state is State.SCHEDULED}
