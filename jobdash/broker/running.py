"""How a claimed job is run, and its end written down."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from huey import signals as S

from jobdash.broker.attempt import Attempt
from jobdash.broker.current import in_memory
from jobdash.broker.handing_out import HandsOut
from jobdash.broker.interrupts import Interrupt
from jobdash.broker.log import Seldom, logger
from jobdash.broker.times import Watch, now
from jobdash.broker.units import chord_config
from jobdash.broker.verdict import Signal, Verdict
from jobdash.errors import DatabaseError, LostClaim
from jobdash.job import MICROSECONDS, Claim, Event
from jobdash.ledger import Settled, Settlement

FINISH_RETRY_SECONDS = 0.5
GUEST_PATIENCE_SECONDS = 30.0


class Runs(HandsOut):
    """A huey that runs jobs, each as one attempt."""

    def execute(self, task: Any, timestamp: datetime | None = None) -> Any:
        """Run a task that was dequeued, or any other here and now; commit before returning."""
        if not self.is_on_ledger:
            with in_memory():
                return super().execute(task, timestamp)
        claim = getattr(task, "_claim", None) or self._take(task)
        verdict = self._attempt(task, claim, timestamp, check_revoked=True)
        self._settle(claim, task, verdict, lambda: False)
        return verdict.value

    def _take(self, task: Any) -> Claim:
        worker = self.storage.guest.worker
        if self.ledger.intake.find(task.id) is None:
            self.ledger.intake.enqueue([self.messages.describe(task)], now())
        claim = self.ledger.attempts.take(task.id, worker, now(), self.log_place())
        if claim is None:
            raise LostClaim(
                f"job {task.id} is not run here: it is being run by another worker or waits for"
                " its turn"
            )
        return claim

    def _attempt(
        self,
        task: Any,
        claim: Claim,
        timestamp: datetime | None,
        *,
        check_revoked: bool,
        is_due: bool = False,
    ) -> Verdict:
        # A body may execute another task itself, and is to be interruptible again after that.
        outer, self._running = self._running, claim
        task._claim = claim
        moment, watch = timestamp or self._get_timestamp(), Watch()
        # What is run inside another's body counts as a part of that.
        spending = self.spending if outer is None else None
        begun = spending.begin() if spending else 0
        try:
            attempt = Attempt(self, task, claim, moment, check_revoked=check_revoked, is_due=is_due)
            verdict = attempt.run()
            verdict.ended_at = watch.read()
            settlement = verdict.settlement
            settlement.log_end = self.log_place()
            if spending and settlement.outcome is not None:
                settlement.cpu, settlement.memory = spending.end(begun)
            return verdict
        finally:
            self._running = outer

    def _settle(
        self, claim: Claim, task: Any, verdict: Verdict, fuse: Callable[[], bool]
    ) -> Claim | None:
        settlement, fuses = verdict.settlement, self._may_fuse(verdict) and fuse()
        next_for = self.storage.guest.worker if fuses else None
        task._claim = None
        try:
            settled = self._commit(claim, verdict, next_for)
        except LostClaim as error:
            # Somebody else has the job now; what this run did is not recorded.
            logger.warning("%s", error)
            return None
        self._count(settlement)
        signals = verdict.signals
        if settled.event is not settlement.event:
            signals = [*filter(_is_about_the_past, signals), (S.SIGNAL_CANCELED,)]
        self._announce(task, signals, callback_fired=settled.callback_fired)
        return settled.following

    def _commit(self, claim: Claim, verdict: Verdict, next_for: int | None) -> Settled:
        """Commit a finish; go on trying while the disk is full or gone, a guest for a while."""
        settlement, ended_at, log = verdict.settlement, verdict.ended_at, Seldom()
        give_up_at = time.monotonic() + GUEST_PATIENCE_SECONDS
        while True:
            try:
                return self.ledger.attempts.settle(claim, settlement, ended_at, next_for=next_for)
            except DatabaseError as error:
                if not self.storage.guest.is_pooled and time.monotonic() > give_up_at:
                    raise
                next_for = None  # its start would have the time of this end
                log.error(f"The end of job #{claim.seq} cannot be written yet: {error}")
                time.sleep(FINISH_RETRY_SECONDS)

    def _may_fuse(self, verdict: Verdict) -> bool:
        # A receiver runs between this job and the next, and nobody may hold a job meanwhile.
        # And the next one begins by the clock as it is now, if that was changed.
        is_on_time = abs(now() - verdict.ended_at) < MICROSECONDS
        return is_on_time and not any(self._signal.receivers.values())

    def _count(self, settlement: Settlement) -> None:
        self.done_count += settlement.event is Event.SUCCEED
        self.failed_count += settlement.event is Event.FAIL

    def _announce(self, task: Any, signals: list[Signal], *, callback_fired: bool) -> None:
        for signal, *arguments in signals:
            if signal == S.SIGNAL_ENQUEUED:
                self.outlive(self.announce_enqueued, *arguments or (task,))
            else:
                self.outlive(self._emit, signal, task, *arguments)
        if callback_fired and (config := chord_config(task)) is not None:
            self.outlive(self.announce_enqueued, config.callback)

    def outlive(self, call: Callable[..., Any], *arguments: Any) -> None:
        """Run the app's code after a body, and only log what it raises, `sys.exit()` too."""
        try:
            call(*arguments)
        except BaseException as error:
            if self.interrupt_of(error) is not None:
                raise
            logger.exception("A hook or receiver wants to end its process, which goes on.")

    def announce_enqueued(self, task: Any) -> None:
        """Tell that a task is in the queue now; in immediate mode, run it."""
        self._emit(S.SIGNAL_ENQUEUED, task)
        if self._immediate:
            claim = self.ledger.attempts.take(task.id, self.storage.guest.worker, now())
            if claim is not None:
                self.run_claim(claim, lambda: False, is_due=False)

    def run_claim(
        self, claim: Claim, fuse: Callable[[], bool], *, is_due: bool = True
    ) -> Claim | None:
        """Run a claimed job and commit its end; if `fuse()` then, with the next claim.

        `is_due` is whether the claim was made only because the job's time has come.
        """
        task = self._revive(claim)
        if task is None:
            self.failed_count += 1
            return None
        # The claim saw whether there was a revocation, unless nobody knew the task's name yet.
        check = claim.may_be_revoked or not claim.task
        verdict = self._attempt(task, claim, None, check_revoked=check, is_due=is_due)
        return self._settle(claim, task, verdict, fuse)

    def interrupt_of(self, error: BaseException) -> Interrupt | None:
        """Return the interrupt that ended a body, if it was one and not the task's own error."""
        if isinstance(error, Interrupt):
            return error
        # huey's own consumer stops a task so; a pool raises `Interrupt` for that.
        if isinstance(error, KeyboardInterrupt) and not self.storage.guest.is_pooled:
            return Interrupt("stop")
        return None


def _is_about_the_past(signal: Signal) -> bool:
    """Whether a signal tells how an attempt ended, and not that the job is to run again."""
    name, *arguments = signal
    return bool(arguments) or name not in (S.SIGNAL_RETRYING, S.SIGNAL_SCHEDULED, S.SIGNAL_ENQUEUED)
