"""How jobs come out of the queue as tasks."""

from datetime import datetime
from typing import Any

from jobdash.broker.log import logger
from jobdash.broker.on_ledger import OnLedger
from jobdash.broker.times import now, to_micros
from jobdash.errors import DatabaseError
from jobdash.job import Claim, Event
from jobdash.ledger import Settlement
from jobdash.text import storable


class HandsOut(OnLedger):
    """A huey that claims in its ledger what it dequeues."""

    def dequeue(self) -> Any:
        """Claim the next task that this app can decode; others become dead letters."""
        if not self.is_on_ledger:
            return super().dequeue()
        self.storage.guest.sweep()
        while claim := self.ledger.attempts.claim_for_huey(self.storage.guest.worker, now()):
            task = self._revive(claim)
            if task is not None:
                return task
        return None

    def read_schedule(self, timestamp: datetime | None = None) -> list[Any]:
        """Hold and return what is due, for huey's own scheduler."""
        if not self.is_on_ledger:
            return list(super().read_schedule(timestamp))
        moment = to_micros(timestamp or self._get_timestamp(), self.utc)
        self.storage.guest.sweep()
        due = self.ledger.attempts.claim_due(self.storage.guest.worker, moment)
        tasks = [task for claim in due if (task := self._revive(claim)) is not None]
        for task in tasks:
            task._held_by_scheduler = task._claim
        return tasks

    def pending(self, limit: int | None = None) -> list[Any]:
        """Return the tasks that wait, without claiming them."""
        if not self.is_on_ledger:
            return list(super().pending(limit))
        return self._decoded(self.storage.queued(limit))

    def scheduled(self, limit: int | None = None) -> list[Any]:
        """Return the tasks that are scheduled or wait for a retry, without claiming them."""
        if not self.is_on_ledger:
            return list(super().scheduled(limit))
        return self._decoded(self.storage.scheduled(limit))

    def _decoded(self, claims: list[Claim]) -> list[Any]:
        tasks = []
        for claim in claims:
            try:
                tasks.append(self.messages.revive(claim))
            except Exception:
                logger.exception("Unable to deserialize task.")
        return tasks

    def _revive(self, claim: Claim) -> Any:
        """Return the task of a claim; a job that cannot be decoded is kept as a dead letter."""
        try:
            task = self.messages.revive(claim)
            if not claim.task:
                described = self.messages.describe(task, key=None)
                self.ledger.intake.describe(claim.seq, described, now())
        except DatabaseError:
            # The database's trouble is not the message's: the job goes back.
            self.ledger.attempts.release(claim, now())
            raise
        except (Exception, SystemExit) as error:
            # Also what wants to end the process: it would cost three workers and tell nothing.
            logger.exception("Job #%s cannot be decoded.", claim.seq)
            self._bury(claim, error)
            return None
        task._claim = claim
        return task

    def _bury(self, claim: Claim, error: BaseException) -> None:
        settlement = Settlement(
            Event.FAIL,
            outcome="failed",
            is_failure=True,
            result=b"",
            error_type="CannotDecode",
            error_message=storable(f"{type(error).__name__}: {error}"),
            reason="the message cannot be decoded: fix the app, then retry",
            linked=True,
            log_end=self.log_place(),
        )
        self.ledger.attempts.settle(claim, settlement, now())
