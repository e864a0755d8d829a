"""What the workers of our pool ask a huey for."""

from jobdash.broker.interrupts import Interrupt, Reason
from jobdash.broker.running import Runs
from jobdash.broker.times import now
from jobdash.job import Claim


class Serves(Runs):
    """A huey that works for a pool."""

    def use_worker(self, worker: int) -> None:
        """Claim as this registered worker from now on."""
        self.storage.guest.use(worker)

    def claim_next(self) -> Claim | None:
        """Claim the most urgent job that may run now."""
        return self.ledger.attempts.claim(self.storage.guest.worker, now(), self.log_place())

    def return_claim(self, claim: Claim) -> None:
        """Give back a job whose body has not begun."""
        self.ledger.attempts.release(claim, now(), "returned by a stop of its worker")

    @property
    def outcome_counts(self) -> tuple[int, int]:
        """How many jobs this process has (done, failed)."""
        return self.done_count, self.failed_count

    def interrupt(self, reason: Reason) -> None:
        """Raise `Interrupt` if a body is running. Call this in the main thread only.

        For 'cancel' the running claim must be the one that is to be cancelled: the signal may
        arrive when the worker has gone on to its next job.
        """
        claim = self._running
        if claim is None or not self._tasks_in_flight:
            return
        if reason == "stop" or self.ledger.attempts.is_cancel_requested(claim):
            raise Interrupt(reason)
