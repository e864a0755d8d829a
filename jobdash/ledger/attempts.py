"""What workers do: claim, settle, give back; and what is done for workers that died."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any, NamedTuple

from jobdash.database import Database, Transaction
from jobdash.errors import LostClaim
from jobdash.job import Claim, Event, State
from jobdash.ledger import chaos, lanes, locks, rows, telling
from jobdash.ledger.intake import Intake
from jobdash.ledger.records import Settled, Settlement
from jobdash.ledger.rescue import Death, Held, rescue
from jobdash.ledger.rows import CLAIMABLE, SQL
from jobdash.ledger.settle import settle

_BACK_TO_PENDING = (Event.TRY_AGAIN, Event.RELEASE)
PROMOTE_AT_ONCE = 500


# A job's number and the number of the claim under which it runs.
Run = tuple[int, int]


class Limited(NamedTuple):
    """A running job with a hard time limit, in seconds."""

    seq: int
    number: int
    worker: int
    seconds: float

    @property
    def run(self) -> Run:
        """Which run of the job it is."""
        return self.seq, self.number


_ANY_PENDING = f"SELECT {SQL['next_pending']}"
_NOBODY = [(None,)]
_RUNNING = {
    "next_pending": "set_running",
    "next_for_huey": "set_running_from_anywhere",
    "this_one": "set_running_from_anywhere",
    "this_due_one": "set_running_from_anywhere",
}


class Attempts:
    """Moves jobs into `running` and out of it again."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._queue = queue
        self._ring = ring
        self._intake = Intake(database, queue, ring)

    def claim(self, worker: int, now: int, log_start: int | None = None) -> Claim | None:
        """Take the most urgent job that may run now, or nothing.

        `log_start` is the place from which on its worker's output belongs to it.
        """
        # Several workers wake for one job: only those who see it ask for the write lock.
        if self._database.rows(_ANY_PENDING, {"queue": self._queue}) == _NOBODY:
            return None
        with self._database.transaction() as tx:
            values = {"worker": worker, "now": now, "log_start": log_start}
            claim = self._claim(tx, "next_pending", values)
        if claim is not None and telling.is_heard():
            self._tell_start(claim, worker, now)
        return claim

    def is_idle(self) -> bool:
        """Return whether no job runs, may run or waits for its time."""
        ((has_work,),) = self._database.rows(SQL["has_work"], {"queue": self._queue})
        return not has_work

    def claim_for_huey(self, worker: int, now: int) -> Claim | None:
        """Like `claim`, but jobs with an eta ahead are handed out too, as huey's queue does."""
        with self._database.transaction() as tx:
            claim = self._claim(tx, "next_for_huey", {"worker": worker, "now": now})
        if claim is not None and telling.is_heard():
            self._tell_start(claim, worker, now)
        return claim

    def take(
        self,
        id_: str,
        worker: int,
        now: int,
        log_start: int | None = None,
        within: Transaction | None = None,
    ) -> Claim | None:
        """Claim exactly this job; None if there is no such job or somebody runs it."""
        with nullcontext(within) if within else self._database.transaction() as tx:
            tx.run(SQL["archive_success"], {"id": id_, "queue": self._queue})
            values = {"id": id_, "worker": worker, "now": now, "log_start": log_start}
            claim = self._claim(tx, "this_one", values)
            if claim is not None:
                lanes.squeeze(tx, self._queue, claim)
            return claim

    def claim_due(self, worker: int, now: int, most: int = 1000) -> list[Claim]:
        """Hold what is due, for huey's own scheduler, until it is put into the queue."""
        with self._database.transaction() as tx:
            due = tx.run(SQL["due"], self._due(now, most, fresh=0))
            parameters = {"worker": worker, "now": now}
            held = [self._claim(tx, "this_due_one", {**parameters, "seq": s}) for (s,) in due]
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
            event, callback_fired = settle(tx, self._intake, claim, settlement, now)
            following = None
            if next_for is not None:
                values = {"worker": next_for, "now": now, "log_start": settlement.log_end}
                following = self._claim(tx, "next_pending", values)
        # What a lane lets through is this worker's next job, or another's.
        is_passed_on = claim.in_lane and following is None
        if settlement.linked or settlement.handler or event in _BACK_TO_PENDING or is_passed_on:
            self._ring()
        if telling.is_heard():
            self._tell_end(claim, event, settlement, now)
            if following is not None and next_for is not None:
                self._tell_start(following, next_for, now)
        return Settled(following, callback_fired, event)

    def requeue(self, claim: Claim, now: int) -> None:
        """Put a claim that huey's scheduler held into the queue."""
        with self._database.transaction() as tx:
            place = rows.next_place(tx, claim.seq, now)
            tx.run(SQL["requeue"], {"seq": claim.seq, "number": claim.number, "place": place})
            lanes.let_through(tx, self._queue)
        self._ring()

    def release(self, claim: Claim, now: int, reason: str | None = None) -> None:
        """Give back a claim whose body has not begun: pending again, nothing counted."""
        # One that was rescued meanwhile has nothing left to give back.
        with suppress(LostClaim):
            self.settle(claim, Settlement(Event.RELEASE, reason=reason), now)

    def promote(self, now: int) -> int:
        """Make what is due pending, soonest first. Return how many jobs that were."""
        with self._database.transaction() as tx:
            due = tx.run(SQL["due"], self._due(now, PROMOTE_AT_ONCE, fresh=1))
            place = 0
            for (seq,) in due:
                # Held ones are not seen by the next: each has to be told where the last one went.
                place = max(rows.next_place(tx, seq, now), place + 1)
                tx.run(SQL["promote"], {"seq": seq, "place": place})
            lanes.let_through(tx, self._queue)
        if due:
            self._ring()
            if telling.is_heard():
                jobs = [(seq, "") for (seq,) in due]
                telling.tell(now, self._queue, "due", "scheduler", jobs=jobs, to=State.PENDING)
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

    def limited(self) -> list[Limited]:
        """Return the running jobs that have a hard time limit."""
        return [Limited(*row) for row in self._database.rows(SQL["limited"])]

    def printing(self) -> list[tuple[int, int]]:
        """Return (worker, place from which on its output is the job's) of the running jobs."""
        return [(worker, start) for worker, start in self._database.rows(SQL["printing"])]

    def chord_values(self, cid: str) -> list[tuple[bytes, int]]:
        """Return (value, member's seq) for each position of a chord, in order."""
        return [
            (value, seq) for value, seq in self._database.rows(SQL["chord_values"], {"cid": cid})
        ]

    def failure_of(self, seq: int) -> tuple[str, str, str | None, str | None]:
        """Return (state, id, error type, error message) of what made a job end as it did.

        The state is 'pruned', and nothing else is known, if the job is gone.
        """
        found = self._database.rows(SQL["failure_of"], {"seq": seq})
        state, id_, kind, message = found[0] if found else ("pruned", "", None, None)
        return state, id_, kind, message

    def rescue(
        self,
        worker: int,
        how: str,
        now: int,
        death: Death = Death.CRASH,
        *,
        meant: Run | None = None,
    ) -> list[int]:
        """Free what a dead worker held; `how` says how it died. Return the jobs' numbers.

        Works on columns only: reading a message may be what killed the worker. A crash is not a
        failure, so it has a limit of its own: every third one sends the job to the dead letters.
        `meant` is the run that the worker was killed for: if it holds another by now, that one is
        not to blame and goes back at no cost.
        """
        with self._database.transaction(durable=True) as tx:
            held = tx.run(SQL["held_by"], {"worker": worker})
            for one in (Held(*row) for row in held):
                blamed = death if meant in (None, (one.seq, one.number)) else Death.STOP
                if rescue(tx, one, how, now, blamed) and one.batch:
                    lanes.stop_failing(tx, self._queue, one.batch, now)
            locks.release_with(tx, self._queue, {(seq, number) for seq, number, *_ in held})
            lanes.keep(tx, self._queue, now)
        if held:
            self._ring()
            if telling.is_heard():
                jobs = [(row[0], row[12]) for row in held]
                telling.tell(
                    now, self._queue, "rescued", "pool", jobs=jobs, before="running", why=how
                )
        return [row[0] for row in held]

    def _claim(self, tx: Transaction, name: str, parameters: dict[str, Any]) -> Claim | None:
        parameters["queue"] = self._queue
        parameters.setdefault("log_start", None)
        row = tx.one(CLAIMABLE[name], parameters)
        if row is None:
            return None
        parameters["seq"] = row[0]
        tx.change(SQL[_RUNNING[name]], parameters)
        if row[-1] is not None:
            if name != "next_pending":
                # Only what a pool's worker takes from the queue: others have nobody to help them.
                return Claim(*row)._replace(chaos=None)
            chaos.spend(tx, row[0], row[4], row[-1], parameters)
        return Claim(*row)

    def _tell_start(self, claim: Claim, worker: int, now: int) -> None:
        telling.tell(
            now,
            self._queue,
            "started",
            "worker",
            jobs=[(claim.seq, claim.task)],
            before=State.PENDING,
            to=State.RUNNING,
            who=f"worker {worker}",
            why="" if claim.chaos is None else f"chaos: {claim.chaos}",
        )

    def _tell_end(self, claim: Claim, event: Event, settlement: Settlement, now: int) -> None:
        error = ": ".join(filter(None, (settlement.error_type, settlement.error_message)))
        telling.tell(
            now,
            self._queue,
            settlement.outcome or event,
            "worker",
            jobs=[(claim.seq, claim.task)],
            before=State.RUNNING,
            to=telling.after(event, now, settlement.eta),
            why=error or settlement.reason or "",
        )

    def _due(self, now: int, most: int, fresh: int) -> dict[str, Any]:
        return {"queue": self._queue, "now": now, "most": most, "fresh": fresh}


def _four(row: tuple[Any, ...]) -> tuple[int, int, int, int]:
    seq, number, worker, at = row
    return seq, number, worker, at
