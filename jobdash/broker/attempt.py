"""One attempt at one job: may it run, run it, and what its end means.

This is huey's `execute`, `_execute` and `_abort_chord_member` in our own words, with one
difference: nothing is written on the way. The outcome is a `Settlement`, which commits as one
transaction; signals that follow the body are sent after that.
"""

import os
import time
from datetime import datetime
from typing import Any

from huey import signals as S
from huey.exceptions import CancelExecution
from huey.utils import SKIPPED

from jobdash.broker import chaos, current
from jobdash.broker.failing import Fails
from jobdash.broker.interrupts import Interrupt
from jobdash.broker.log import logger
from jobdash.broker.success import Succeeds
from jobdash.broker.times import to_micros
from jobdash.broker.verdict import Verdict
from jobdash.job import Claim, Event
from jobdash.ledger import Settlement
from jobdash.ledger.progress import Standing


class Attempt(Succeeds, Fails):
    """Runs one claimed task once."""

    def __init__(
        self,
        huey: Any,
        task: Any,
        claim: Claim,
        timestamp: datetime,
        *,
        check_revoked: bool,
        is_due: bool,
    ) -> None:
        super().__init__(huey, task, claim)
        self._timestamp = timestamp
        self._check_revoked = check_revoked
        self._is_due = is_due

    def run(self) -> Verdict:
        """Run the body if it may run now, and return what follows. Writes nothing itself."""
        refusal = self._refusal()
        if refusal is not None:
            return refusal
        logger.info("Executing %s", self._task)
        try:
            self._huey._emit(S.SIGNAL_EXECUTING, self._task)
            if self._huey._pre_execute:
                self._huey._run_pre_execute(self._task)
        except CancelExecution:
            return self._turned_away("cancelled before it ran", S.SIGNAL_CANCELED)
        except BaseException as error:
            # huey lets pass what is an Exception. A hook that wants to exit ends its attempt only.
            return self._ended_by(error)
        return self._run_body()

    def _refusal(self) -> Verdict | None:
        task, huey = self._task, self._huey
        if not self._is_due and not huey.ready_to_run(task, self._timestamp):
            eta = to_micros(task.eta, huey.utc)
            return Verdict(Settlement(Event.POSTPONE, eta=eta), [(S.SIGNAL_SCHEDULED,)])
        if self._check_revoked and huey.is_revoked(task, self._timestamp, False):
            return self._turned_away("revoked", S.SIGNAL_REVOKED)
        if task.expires_resolved and task.expires_resolved < self._timestamp:
            return self._turned_away("expired before it ran", S.SIGNAL_EXPIRED, Event.EXPIRE)
        return None

    def _turned_away(
        self, reason: str, signal: str, event: Event = Event.CONFIRM_CANCEL
    ) -> Verdict:
        logger.info("Task %s is not run: %s", self._task, reason)
        value = self._serialize(SKIPPED) if self._linked else b""
        settlement = Settlement(event, reason=reason, linked=self._linked, member_value=value)
        return Verdict(settlement, [(signal,)])

    def _run_body(self) -> Verdict:
        task, huey = self._task, self._huey
        start = time.monotonic()
        if task.timeout:
            task._deadline = start + task.timeout
        before = current.enter(huey.ledger, self._claim)
        try:
            value = self._call()
        except BaseException as error:
            huey.body_failed(error)
            progress = current.leave(before)
            huey.storage.database.tidy()
            return _with(progress, self._ended_by(error))
        progress = current.leave(before)
        logger.info("%s executed in %0.3fs", task, time.monotonic() - start)
        return _with(progress, self._succeeded(value))

    def _call(self) -> Any:
        """Run the body. Only here can an interrupt be raised: what follows must not be cut off."""
        task, huey, process = self._task, self._huey, os.getpid()
        try:
            huey._tasks_in_flight.add(task)
            if not task.timeout:
                return self._execute()
            with huey._timeout_context(task):
                return self._execute()
        finally:
            # notify_interrupted_tasks() may have taken it out already.
            huey._tasks_in_flight.discard(task)
            if os.getpid() != process:
                os._exit(0)  # the body has forked, and this is its child: it has no claim
            if not huey._tasks_in_flight:  # else a body has run this one inside itself
                huey.after_body()

    def _execute(self) -> Any:
        fault = self._claim.chaos
        if fault is not None:
            chaos.strike(fault)
        return self._task.execute()

    def _ended_by(self, error: BaseException) -> Verdict:
        interrupt = self._huey.interrupt_of(error)
        if interrupt is not None:
            return self._interrupted(interrupt)
        return self._failed(self._judged(error))

    def _succeeded(self, value: Any) -> Verdict:
        if self._claim.chaos == chaos.DELIVERED_TWICE:
            return self._delivered_again(value)
        try:
            settlement = self._settlement_of(value)
        except Exception as error:
            return self._failed(self._other(error))
        self._run_hooks_after(value, None)
        return Verdict(settlement, self._signals_of_success(), value)

    def _interrupted(self, interrupt: Interrupt) -> Verdict:
        logger.warning("Task %s was interrupted: %s", self._task.id, interrupt.reason)
        if interrupt.reason == "stop":
            settlement = Settlement(
                Event.RELEASE, outcome="returned", reason="returned by a stop of its worker"
            )
        else:
            settlement = Settlement(
                Event.CONFIRM_CANCEL,
                outcome="cancelled",
                reason="cancelled while it ran",
                linked=self._linked,
                member_value=self._serialize(SKIPPED),
            )
        return Verdict(settlement, [(S.SIGNAL_INTERRUPTED,)])


def _with(progress: Standing | None, verdict: Verdict) -> Verdict:
    verdict.settlement.progress = progress
    return verdict
