"""What workers do: claim, settle, give back; and what is done for workers that died."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from jobdash.database import Database, Transaction
from jobdash.errors import LostClaim
from jobdash.job import Claim, Event
from jobdash.ledger import locks, rows
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

    def claim(self, worker: int, now: int) -> Claim | None:
        """Take the most urgent job that may run now, or nothing."""
        # Several workers wake for one job: only those who see it ask for the write lock.
        if self._database.rows(_ANY_PENDING, {"queue": self._queue}) == _NOBODY:
            return None
        with self._database.transaction() as tx:
            return self._claim(tx, "next_pending", {"worker": worker, "now": now})

    def claim_for_huey(self, worker: int, now: int) -> Claim | None:
        """Like `claim`, but jobs with an eta ahead are handed out too, as huey's queue does."""
        with self._database.transaction() as tx:
            return self._claim(tx, "next_for_huey", {"worker": worker, "now": now})

    def take(self, id_: str, worker: int, now: int) -> Claim | None:
        """Claim exactly this job; None if there is no such job or somebody runs it."""
        with self._database.transaction() as tx:
            tx.run(SQL["archive_success"], {"id": id_, "queue": self._queue})
            return self._claim(tx, "this_one", {"id": id_, "worker": worker, "now": now})

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
                following = self._claim(tx, "next_pending", {"worker": next_for, "now": now})
        if settlement.linked or settlement.handler or callback_fired or event in _BACK_TO_PENDING:
            self._ring()
        return Settled(following, callback_fired, event)

    def requeue(self, claim: Claim, now: int) -> None:
        """Put a claim that huey's scheduler held into the queue."""
        with self._database.transaction() as tx:
            place = rows.next_place(tx, claim.seq, now)
            tx.run(SQL["requeue"], {"seq": claim.seq, "number": claim.number, "place": place})
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

    def limited(self) -> list[Limited]:
        """Return the running jobs that have a hard time limit."""
        return [Limited(*row) for row in self._database.rows(SQL["limited"])]

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
                rescue(tx, one, how, now, blamed)
            locks.release_with(tx, self._queue, {(seq, number) for seq, number, *_ in held})
        if held:
            self._ring()
        return [row[0] for row in held]

    def _claim(self, tx: Transaction, name: str, parameters: dict[str, Any]) -> Claim | None:
        parameters["queue"] = self._queue
        row = tx.one(CLAIMABLE[name], parameters)
        if row is None:
            return None
        parameters["seq"] = row[0]
        tx.change(SQL[_RUNNING[name]], parameters)
        return Claim(*row)

    def _due(self, now: int, most: int, fresh: int) -> dict[str, Any]:
        return {"queue": self._queue, "now": now, "most": most, "fresh": fresh}


def _four(row: tuple[Any, ...]) -> tuple[int, int, int, int]:
    seq, number, worker, at = row
    return seq, number, worker, at
