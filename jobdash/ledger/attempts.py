"""What workers do: claim, settle, give back; and what is done for workers that died."""

from collections.abc import Callable
from typing import Any

from jobdash.database import Database, Transaction
from jobdash.errors import LostClaim
from jobdash.job import Claim, Event, State
from jobdash.ledger import rows, workflow
from jobdash.ledger.intake import Intake
from jobdash.ledger.records import Settled, Settlement
from jobdash.ledger.rows import SQL

MAX_RESCUES = 3
_BACK_TO_PENDING = (Event.TRY_AGAIN, Event.RELEASE)
PROMOTE_AT_ONCE = 500


class Attempts:
    """Moves jobs into `running` and out of it again."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._ring = ring
        self._intake = Intake(database, queue, ring)

    def claim(self, worker: int, now: int) -> Claim | None:
        """Take the most urgent job that may run now, or nothing."""
        with self._database.transaction() as tx:
            return self._claim(tx, "claim", {"worker": worker, "now": now})

    def claim_for_huey(self, worker: int, now: int) -> Claim | None:
        """Like `claim`, but jobs with an eta ahead are handed out too, as huey's queue does."""
        with self._database.transaction() as tx:
            return self._claim(tx, "claim_for_huey", {"worker": worker, "now": now})

    def take(self, id_: str, worker: int, now: int) -> Claim | None:
        """Claim exactly this job; None if there is no such job or somebody runs it."""
        with self._database.transaction() as tx:
            tx.run(SQL["archive_success"], {"id": id_, "queue": self._queue})
            return self._claim(tx, "take", {"id": id_, "worker": worker, "now": now})

    def claim_due(self, worker: int, now: int, most: int = 1000) -> list[Claim]:
        """Hold what is due, for huey's own scheduler, until it is put into the queue."""
        with self._database.transaction() as tx:
            due = tx.run(SQL["due"], self._due(now, most, fresh=0))
            parameters = {"worker": worker, "now": now}
            held = [self._claim(tx, "due_for_huey", {**parameters, "seq": s}) for (s,) in due]
        return [claim for claim in held if claim is not None]

    def settle(
        self, claim: Claim, settlement: Settlement, now: int, *, next_for: int | None = None
    ) -> Settled:
        """Commit how an attempt ended with everything that follows from it.

        Raises `LostClaim`, and writes nothing else, if the claim is no longer this one. With
        `next_for`, that worker's next claim is made in the same transaction and returned. A
        worker's finish waits for the write lock as long as the worker lives.
        """
        with self._database.transaction(deadline=float("inf")) as tx:
            callback_fired = self._move(tx, claim, settlement, now)
            following = None
            if next_for is not None:
                following = self._claim(tx, "claim", {"worker": next_for, "now": now})
        if settlement.linked or settlement.handler or settlement.event in _BACK_TO_PENDING:
            self._ring()
        return Settled(following, callback_fired)

    def requeue(self, claim: Claim, now: int) -> None:
        """Put a claim that huey's scheduler held into the queue."""
        self._guarded("requeue", claim, now, {"place": None})

    def release(self, claim: Claim, now: int, reason: str | None = None) -> None:
        """Give back a claim whose body has not begun: pending again, nothing counted."""
        self._guarded("release", claim, now, {"reason": reason})

    def promote(self, now: int) -> int:
        """Make what is due pending, soonest first. Return how many jobs that were."""
        with self._database.transaction() as tx:
            due = tx.run(SQL["due"], self._due(now, PROMOTE_AT_ONCE, fresh=1))
            for (seq,) in due:
                place = rows.next_place(tx, self._queue)
                tx.run(SQL["promote"], {"seq": seq, "place": place})
        if due:
            self._ring()
        return len(due)

    def next_due(self) -> int | None:
        """Return the eta of the next scheduled or retrying job."""
        ((eta,),) = self._database.rows(SQL["next_due"], {"queue": self._queue})
        return None if eta is None else int(eta)

    def cancel_requests(self) -> list[tuple[int, int, int, int]]:
        """Return (seq, claim number, worker, requested at) of running jobs to be stopped."""
        return [_four(row) for row in self._database.rows(SQL["cancel_requests"])]

    def is_cancel_requested(self, claim: Claim) -> bool:
        """Return whether somebody wants the run of this very claim stopped."""
        parameters = {"seq": claim.seq, "number": claim.number}
        return bool(self._database.rows(SQL["is_cancel_requested"], parameters))

    def overdue(self, now: int) -> list[tuple[int, int, int]]:
        """Return (seq, claim number, worker) of jobs that run longer than their hard timeout."""
        found = self._database.rows(SQL["overdue"], {"now": now})
        return [(seq, number, worker) for seq, number, worker in found]

    def chord_values(self, cid: str) -> list[tuple[bytes, int]]:
        """Return (value, member's seq) for each position of a chord, in order."""
        return [
            (value, seq) for value, seq in self._database.rows(SQL["chord_values"], {"cid": cid})
        ]

    def failure_of(self, seq: int) -> tuple[str, str, str | None, str | None]:
        """Return (state, id, error type, error message) of what made a job end as it did."""
        ((state, id_, kind, message),) = self._database.rows(SQL["failure_of"], {"seq": seq})
        return state, id_, kind, message

    def rescue(self, worker: int, how: str, now: int) -> list[int]:
        """Free what a dead worker held; `how` says how it died. Return the jobs' numbers.

        Works on columns only: reading a message may be what killed the worker. A crash is not a
        failure, so it has a limit of its own: every third one sends the job to the dead letters.
        """
        with self._database.transaction(durable=True) as tx:
            held = tx.run(SQL["held_by"], {"worker": worker})
            for row in held:
                self._rescue(tx, row, how, now)
        if held:
            self._ring()
        return [row[0] for row in held]

    def _rescue(self, tx: Transaction, row: tuple[Any, ...], how: str, now: int) -> None:
        seq, number, rescues, _, _, cancel_requested_at = row
        guard = {"seq": seq, "number": number, "now": now}
        cancelled = cancel_requested_at is not None
        self._archive(tx, seq, "cancelled" if cancelled else "lost", now, "WorkerLost", how)
        if cancelled:
            tx.run(SQL["confirm_cancel"], {**guard, "reason": f"cancelled; its worker: {how}"})
        elif (rescues + 1) % MAX_RESCUES == 0:
            reason = f"worker lost {rescues + 1} times, the last: {how}"
            tx.run(SQL["give_up_rescue"], {**guard, "reason": reason})
            rows.store_result(tx, seq, b"")
        else:
            tx.run(SQL["rescue"], {**guard, "reason": f"worker lost: {how}"})
            rows.log(tx, now, seq, "rescued", how)
            return
        result = None if cancelled else b""
        workflow.abandon_steps(tx, self._queue, seq, now, result=result, value=b"")

    def _claim(self, tx: Transaction, name: str, parameters: dict[str, Any]) -> Claim | None:
        row = tx.one(SQL[name], {"queue": self._queue, **parameters})
        return rows.claim_of(tx, row, self._queue, parameters["now"]) if row else None

    def _guarded(self, name: str, claim: Claim, now: int, extra: dict[str, Any]) -> None:
        with self._database.transaction() as tx:
            if "place" in extra:
                extra = {"place": rows.next_place(tx, self._queue)}
            tx.run(SQL[name], {"seq": claim.seq, "number": claim.number, **extra})
        self._ring()

    def _move(self, tx: Transaction, claim: Claim, settlement: Settlement, now: int) -> bool:
        """Apply a settlement; return whether it fired a chord's callback."""
        if settlement.outcome not in (None, "succeeded"):
            self._archive(
                tx,
                claim.seq,
                settlement.outcome,
                now,
                settlement.error_type,
                settlement.error_message,
                settlement.traceback,
            )
        if settlement.handler is not None:
            # Before the job itself goes back: huey's order in the queue.
            self._intake.enter(tx, settlement.handler, now)
        self._apply(tx, claim, settlement, now)
        if settlement.result is not None:
            rows.store_result(tx, claim.seq, settlement.result)
        if settlement.unmark_revoked is not None:
            id_ = settlement.unmark_revoked
            tx.run(SQL["unmark_revoked"], {"queue": self._queue, "id": id_})
        return settlement.linked and self._follow_up(tx, claim.seq, settlement, now)

    def _apply(self, tx: Transaction, claim: Claim, settlement: Settlement, now: int) -> None:
        parameters = {
            "seq": claim.seq,
            "number": claim.number,
            "now": now,
            **_PARAMETERS[settlement.event](settlement),
        }
        if settlement.event in (Event.TRY_AGAIN, Event.POSTPONE):
            parameters["place"] = rows.next_place(tx, self._queue)
            if settlement.event is Event.TRY_AGAIN:
                later = settlement.eta is not None and settlement.eta > now
                parameters["state"] = State.RETRYING if later else State.PENDING
        moved = tx.run(SQL[settlement.event] + " RETURNING seq", parameters)
        if not moved:
            raise LostClaim(
                f"job #{claim.seq}: claim {claim.number} has ended, its result is not recorded"
            )

    def _follow_up(self, tx: Transaction, seq: int, settlement: Settlement, now: int) -> bool:
        value = settlement.member_value
        if settlement.event is Event.SUCCEED:
            if workflow.fire_next_step(tx, self._queue, seq, settlement.next_step, now):
                return False
            return workflow.report_to_chord(tx, self._queue, seq, value, now)
        if settlement.event in (Event.FAIL, Event.EXPIRE, Event.CONFIRM_CANCEL):
            result = settlement.result
            return workflow.abandon_steps(tx, self._queue, seq, now, result=result, value=value)
        return False

    def _archive(
        self,
        tx: Transaction,
        seq: int,
        outcome: str | None,
        now: int,
        error_type: str | None = None,
        error_message: str | None = None,
        traceback: str | None = None,
    ) -> None:
        tx.run(
            SQL["insert_attempt"],
            {
                "seq": seq,
                "now": now,
                "outcome": outcome,
                "error_type": error_type,
                "error_message": error_message,
                "traceback": traceback,
            },
        )

    def _due(self, now: int, most: int, fresh: int) -> dict[str, Any]:
        return {"queue": self._queue, "now": now, "most": most, "fresh": fresh}


def _four(row: tuple[Any, ...]) -> tuple[int, int, int, int]:
    seq, number, worker, at = row
    return seq, number, worker, at


def _failed(settlement: Settlement) -> dict[str, Any]:
    return {
        "counted": settlement.counted,
        "error_type": settlement.error_type,
        "error_message": settlement.error_message,
        "reason": settlement.reason,
    }


def _tried(settlement: Settlement) -> dict[str, Any]:
    return {
        **_failed(settlement),
        "retries_left": settlement.retries_left,
        "retry_delay": settlement.retry_delay,
        "eta": settlement.eta,
    }


_PARAMETERS: dict[Event, Callable[[Settlement], dict[str, Any]]] = {
    Event.SUCCEED: lambda s: {"result": s.preview},
    Event.FAIL: _failed,
    Event.TRY_AGAIN: _tried,
    Event.POSTPONE: lambda s: {"eta": s.eta, "reason": s.reason},
    Event.RELEASE: lambda s: {"reason": s.reason},
    Event.EXPIRE: lambda s: {"reason": s.reason},
    Event.CONFIRM_CANCEL: lambda s: {"reason": s.reason},
}
