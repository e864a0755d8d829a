"""How an attempt's end becomes rows, all of them in one caller's transaction."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jobdash.database import Transaction
from jobdash.errors import LostClaim
from jobdash.job import Claim, Event, State
from jobdash.ledger import lanes, rows, workflow
from jobdash.ledger.intake import Intake
from jobdash.ledger.progress import note_progress
from jobdash.ledger.records import Settlement
from jobdash.ledger.rows import SQL
from jobdash.signature import signature

Values = dict[str, Any]


def settle(
    tx: Transaction, intake: Intake, claim: Claim, settlement: Settlement, now: int
) -> tuple[Event, bool]:
    """Apply a settlement; return what came of it and whether it completed a chord.

    What somebody wanted stopped does not come back: it is cancelled. Raises `LostClaim`.
    """
    if settlement.event in _COMES_BACK and _is_to_be_stopped(tx, claim):
        settlement = replace(
            settlement, event=Event.CONFIRM_CANCEL, reason="cancelled while it ran", linked=True
        )
    fired = _apply(tx, intake, claim, settlement, now)
    failed = settlement.event is Event.FAIL
    linked = settlement.linked or settlement.handler is not None
    lanes.after(tx, intake.queue, claim, now, failed=failed, linked=linked)
    return settlement.event, fired


def _is_to_be_stopped(tx: Transaction, claim: Claim) -> bool:
    return bool(tx.run(SQL["is_cancel_requested"], {"seq": claim.seq, "number": claim.number}))


def _apply(tx: Transaction, intake: Intake, claim: Claim, settlement: Settlement, now: int) -> bool:
    if settlement.progress is not None:
        note_progress(tx, claim, settlement.progress, now)
    if settlement.outcome not in (None, "succeeded"):
        _archive(tx, claim.seq, settlement, now)
    if settlement.handler is not None:
        # Before the job itself goes back: huey's order in the queue.
        intake.enter(tx, settlement.handler, now)
    _move(tx, claim, settlement, now)
    if settlement.result is not None:
        rows.store_result(tx, claim.seq, settlement.result)
    if settlement.clears_revocation:
        tx.run(SQL["unmark_revoked"], {"queue": intake.queue, "id": claim.id})
    return settlement.linked and _follow_up(tx, claim.seq, settlement, now)


def _move(tx: Transaction, claim: Claim, settlement: Settlement, now: int) -> None:
    """Move the row, guarded by the fence."""
    values = _VALUES[settlement.event](settlement, now)
    values["seq"], values["number"] = claim.seq, claim.number
    if settlement.event is Event.FAIL:
        values |= _signed(settlement, claim.task)
    if settlement.event in _TO_THE_END:
        values["place"] = rows.next_place(tx, claim.seq, now)
    if not tx.change(SQL[settlement.event], values):
        raise LostClaim(
            f"job #{claim.seq}: claim {claim.number} has ended, its result is not recorded"
        )


def _follow_up(tx: Transaction, seq: int, settlement: Settlement, now: int) -> bool:
    value = settlement.member_value
    if settlement.event is Event.SUCCEED:
        if workflow.fire_next_step(tx, seq, settlement.next_step, now):
            return False
        return workflow.report_to_chord(tx, seq, value, now)
    if settlement.event in _ENDS_OTHERWISE:
        result = settlement.result
        return workflow.abandon_steps(tx, seq, now, result=result, value=value)
    return False


def _archive(tx: Transaction, seq: int, settlement: Settlement, now: int) -> None:
    rows.archive(
        tx,
        seq,
        settlement.outcome,
        now,
        settlement.error_type,
        settlement.error_message,
        settlement.traceback,
        settlement.log_end,
        settlement.post_mortem,
        settlement.cpu,
        settlement.memory,
    )


def _succeeded(settlement: Settlement, now: int) -> Values:
    return {
        "now": now,
        "result": settlement.preview,
        "log_end": settlement.log_end,
        "cpu": settlement.cpu,
        "memory": settlement.memory,
    }


def _failed(settlement: Settlement, now: int) -> Values:
    return {
        "now": now,
        "is_failure": settlement.is_failure,
        "error_type": settlement.error_type,
        "error_message": settlement.error_message,
        "reason": settlement.reason,
        "cpu": settlement.cpu,
        "memory": settlement.memory,
    }


def _signed(settlement: Settlement, task: str) -> Values:
    kind, message, where = settlement.error_type, settlement.error_message, settlement.error_where
    return {"error_where": where, "signature": signature(kind, message, where or task)}


def _tried(settlement: Settlement, now: int) -> Values:
    later = settlement.eta is not None and settlement.eta > now
    return {
        **_failed(settlement, now),
        "state": State.RETRYING if later else State.PENDING,
        "retries_left": settlement.retries_left,
        "retry_delay": settlement.retry_delay,
        "eta": settlement.eta,
    }


def _turned_away(settlement: Settlement, now: int) -> Values:
    return {"now": now, "reason": settlement.reason, "idle": settlement.outcome is None}


def _cancelled(settlement: Settlement, now: int) -> Values:
    """Return the values of a job that is stopped; its last run may have failed by itself."""
    return {**_turned_away(settlement, now), "is_failure": settlement.outcome == "failed"}


_VALUES: dict[Event, Callable[[Settlement, int], Values]] = {
    Event.SUCCEED: _succeeded,
    Event.FAIL: _failed,
    Event.TRY_AGAIN: _tried,
    Event.POSTPONE: lambda settlement, _: {"eta": settlement.eta, "reason": settlement.reason},
    Event.RELEASE: _turned_away,
    Event.EXPIRE: _turned_away,
    Event.CONFIRM_CANCEL: _cancelled,
}
_TO_THE_END = (Event.TRY_AGAIN, Event.POSTPONE)
_COMES_BACK = (*_TO_THE_END, Event.RELEASE)
_ENDS_OTHERWISE = (Event.FAIL, Event.EXPIRE, Event.CONFIRM_CANCEL)
