"""`jobdash.SqliteHuey`: a drop-in for `huey.SqliteHuey` that keeps one row per job for its life."""

import copy
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from huey import signals as S
from huey.api import Huey, ResultGroup
from huey.constants import EmptyData
from huey.utils import SKIPPED, Error

from jobdash.broker.attempt import Attempt, Signal, Verdict
from jobdash.broker.batch import Batch, chord_config
from jobdash.broker.consumer import JobConsumer
from jobdash.broker.current import in_memory
from jobdash.broker.interrupts import Interrupt, Reason
from jobdash.broker.locks import JobLock
from jobdash.broker.log import Seldom, logger
from jobdash.broker.messages import Messages
from jobdash.broker.storage import LedgerStorage
from jobdash.broker.takeover import take_over
from jobdash.broker.times import Watch, now, to_micros
from jobdash.broker.wrapper import JobWrapper
from jobdash.errors import DatabaseError, LostClaim
from jobdash.job import MICROSECONDS, Claim, Event
from jobdash.ledger import Ledger, Settled, Settlement
from jobdash.text import storable

FINISH_RETRY_SECONDS = 0.5
GUEST_PATIENCE_SECONDS = 30.0


class SqliteHuey(Huey):
    """A huey whose queue is its history.

    Takes `huey.SqliteHuey`'s arguments, plus `durability` ("default", "full" or "fast"). A file
    that plain huey has used is taken over when it is opened.
    """

    storage_class = LedgerStorage

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.messages = Messages(self)
        self._running: Claim | None = None
        self.done_count = self.failed_count = 0
        self.after_body: Callable[[], None] = lambda: None
        if self.is_on_ledger:
            take_over(self)

    def get_task_wrapper_class(self) -> type[JobWrapper]:
        """Return what `@huey.task()` wraps functions in."""
        return JobWrapper

    @property
    def is_on_ledger(self) -> bool:
        """False in immediate mode, where huey keeps jobs in memory."""
        return isinstance(self.storage, LedgerStorage)

    @property
    def ledger(self) -> Ledger:
        """Every write to this queue."""
        ledger: Ledger = self.storage.ledger
        return ledger

    # Taking jobs in

    def enqueue(self, task: Any) -> Any:
        """Enter a task, pipeline, group or chord as a whole; return its result handle."""
        if not self.is_on_ledger:
            return super().enqueue(task)
        held = getattr(task, "_held_by_scheduler", None)
        if held is not None:
            return self._requeue(task, held)
        if getattr(task, "_claim", None) is not None:
            # It is being run: what it enqueues of itself is another job.
            task = copy.copy(task)
            task._claim = None
        return self.enqueue_many([task])[0]

    def enqueue_many(self, tasks: Iterable[Any]) -> list[Any]:
        """Enter many tasks, pipelines, groups and chords in one transaction.

        Returns the result handle of each. All of them are entered, or none is.
        """
        if not self.is_on_ledger:
            return [super(SqliteHuey, self).enqueue(task) for task in tasks]
        batch = Batch(self)
        handles = [batch.add(task) for task in tasks]
        batch.enter()
        return [handle() for handle in handles]

    def _requeue(self, task: Any, held: Claim) -> Any:
        # huey's scheduler held it since read_schedule(): now it goes into the queue.
        task._claim = task._held_by_scheduler = None
        self.ledger.attempts.requeue(held, now())
        self._emit(S.SIGNAL_ENQUEUED, task)
        return self._handle(task)

    def _handle(self, task: Any) -> Any:
        if not self.results:
            return None
        results = self._pipeline_results(task)
        return ResultGroup(results) if len(results) > 1 else results[0]

    def enqueue_tick(self, task: Any, minute: int) -> bool:
        """Enter a periodic task's run of one minute (since the epoch) unless somebody has."""
        name = self._registry.task_to_string(type(task))
        described = self.messages.describe(task, key=f"tick:{name}:{minute}", keeps_key=True)
        (entry,) = self.ledger.intake.enqueue([described], now())
        if entry.is_new:
            self._emit(S.SIGNAL_ENQUEUED, task)
        return entry.is_new

    def create_consumer(self, **options: Any) -> JobConsumer:
        """Return what `huey_consumer` runs: huey's consumer, on this queue."""
        return JobConsumer(self, **options)

    # Locks

    def lock_task(self, lock_name: str, ttl: float | None = None) -> JobLock:
        """Return a lock for `with`, or for decorating a task, that ends with whoever holds it."""
        return JobLock(self, lock_name, ttl)

    def is_locked(self, lock_name: str) -> bool:
        """Return whether somebody holds the lock of this name."""
        return JobLock(self, lock_name).is_locked()

    # Handing jobs out

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
        )
        self.ledger.attempts.settle(claim, settlement, now())

    # Running jobs

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
        claim = self.ledger.attempts.take(task.id, worker, now())
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
        try:
            attempt = Attempt(self, task, claim, moment, check_revoked=check_revoked, is_due=is_due)
            verdict = attempt.run()
            verdict.ended_at = watch.read()
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

    # For our pool

    def use_worker(self, worker: int) -> None:
        """Claim as this registered worker from now on."""
        self.storage.guest.use(worker)

    def claim_next(self) -> Claim | None:
        """Claim the most urgent job that may run now."""
        return self.ledger.attempts.claim(self.storage.guest.worker, now())

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

    def interrupt_of(self, error: BaseException) -> Interrupt | None:
        """Return the interrupt that ended a body, if it was one and not the task's own error."""
        if isinstance(error, Interrupt):
            return error
        # huey's own consumer stops a task so; a pool raises `Interrupt` for that.
        if isinstance(error, KeyboardInterrupt) and not self.storage.guest.is_pooled:
            return Interrupt("stop")
        return None

    # Results

    def get_raw(self, key: str, peek: bool = False) -> Any:
        """Return the serialized result of a job, or the value at a key."""
        data = super().get_raw(key, peek)
        if data == b"" and data is not EmptyData and self.is_on_ledger:
            return self.serializer.serialize(self._error_from_row(key))
        return data

    def chord_results(self, cid: str) -> list[Any]:
        """Return what a chord's members came to, in order, with huey's placeholders."""
        return [
            self.serializer.deserialize(value) if value else self._ended_as(seq)
            for value, seq in self.ledger.attempts.chord_values(cid)
        ]

    def _error_from_row(self, key: str) -> Error:
        seq = self.ledger.intake.find(key)
        if seq is None:
            return self._as_error(key, None, None)
        return self._as_error(*self.ledger.attempts.failure_of(seq)[1:])

    def _ended_as(self, seq: int) -> Any:
        state, id_, kind, message = self.ledger.attempts.failure_of(seq)
        if state == "failed":
            return self._as_error(id_, kind, message)
        return None if state == "succeeded" else SKIPPED

    def _as_error(self, id_: str, kind: str | None, message: str | None) -> Error:
        told = f"{kind or 'Error'}: {message or 'no details are known'}"
        return Error({"error": told, "retries": 0, "traceback": told, "task_id": id_})


def _is_about_the_past(signal: Signal) -> bool:
    """Whether a signal tells how an attempt ended, and not that the job is to run again."""
    name, *arguments = signal
    return bool(arguments) or name not in (S.SIGNAL_RETRYING, S.SIGNAL_SCHEDULED, S.SIGNAL_ENQUEUED)
