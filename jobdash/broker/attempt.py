"""One attempt at one job: may it run, run it, and what its end means.

This is huey's `execute`, `_execute` and `_abort_chord_member` in our own words, with one
difference: nothing is written on the way. The outcome is a `Settlement`, which commits as one
transaction; signals that follow the body are sent after that.
"""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from traceback import format_exception
from typing import Any

from huey import signals as S
from huey.api import PeriodicTask
from huey.exceptions import (
    RETRYING_EXCEPTIONS,
    CancelExecution,
    RateLimitExceeded,
    RetryTask,
    TaskLockedException,
    TaskTimeout,
)
from huey.utils import SKIPPED, Error, normalize_time

from jobdash.broker import current
from jobdash.broker.culprit import culprit
from jobdash.broker.interrupts import Interrupt
from jobdash.broker.log import logger
from jobdash.broker.retry import is_permanent, policy_of
from jobdash.broker.times import from_micros, to_micros
from jobdash.ids import new_id
from jobdash.job import Claim, Event
from jobdash.ledger import NextStep, Settlement
from jobdash.preview import preview
from jobdash.redact import redact_text
from jobdash.retries import NextTry, next_try
from jobdash.text import storable

Signal = tuple[Any, ...]

_LONGEST_PLACE = 500


@dataclass(slots=True)
class Verdict:
    """What an attempt came to: what to commit, what to announce then, what to return.

    `ended_at` is in microseconds since the epoch.
    """

    settlement: Settlement
    signals: list[Signal] = field(default_factory=list)
    value: Any = None
    ended_at: int = 0


@dataclass(slots=True)
class _Failure:
    """What was raised, what to announce, and when huey's rules say to try again."""

    error: BaseException
    signals: list[Signal]
    retry_eta: datetime | None = None
    retries_before: int = 0
    cancelled: bool = False


class Attempt:
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
        self._huey = huey
        self._task = task
        self._claim = claim
        self._timestamp = timestamp
        self._check_revoked = check_revoked
        self._is_due = is_due
        self._linked = task.on_complete is not None or task.chord_config is not None
        periodic = isinstance(task, PeriodicTask)
        self._stores = huey.results and not periodic
        # A revocation that came while the body ran has no effect and does not stay.
        self._clears_revocation = not periodic

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
            current.leave(before)
            huey.storage.database.tidy()
            return self._ended_by(error)
        current.leave(before)
        logger.info("%s executed in %0.3fs", task, time.monotonic() - start)
        return self._succeeded(value)

    def _call(self) -> Any:
        """Run the body. Only here can an interrupt be raised: what follows must not be cut off."""
        task, huey, process = self._task, self._huey, os.getpid()
        try:
            huey._tasks_in_flight.add(task)
            if not task.timeout:
                return task.execute()
            with huey._timeout_context(task):
                return task.execute()
        finally:
            # notify_interrupted_tasks() may have taken it out already.
            huey._tasks_in_flight.discard(task)
            if os.getpid() != process:
                os._exit(0)  # the body has forked, and this is its child: it has no claim
            if not huey._tasks_in_flight:  # else a body has run this one inside itself
                huey.after_body()

    def _ended_by(self, error: BaseException) -> Verdict:
        interrupt = self._huey.interrupt_of(error)
        if interrupt is not None:
            return self._interrupted(interrupt)
        judge = next((judge for kind, judge in _JUDGES if isinstance(error, kind)), Attempt._other)
        return self._failed(judge(self, error))

    def _succeeded(self, value: Any) -> Verdict:
        try:
            result = self._result_of(value)
            settlement = Settlement(
                Event.SUCCEED,
                outcome="succeeded",
                result=result,
                preview=preview(value),
                linked=self._linked,
                next_step=self._next_step(value),
                member_value=self._member_value(value),
                clears_revocation=self._clears_revocation,
            )
        except Exception as error:
            return self._failed(self._other(error))
        self._run_hooks_after(value, None)
        return Verdict(settlement, self._signals_of_success(), value)

    def _run_hooks_after(self, value: Any, error: BaseException | None) -> None:
        """Run the app's post_execute hooks. What the body came to stands, whatever they raise."""
        self._huey.outlive(self._huey._run_post_execute, self._task, value, error)

    def _result_of(self, value: Any) -> bytes | None:
        if self._stores and (value is not None or self._huey.store_none):
            return self._serialize(value)
        return None

    def _next_step(self, value: Any) -> NextStep | None:
        following = self._task.on_complete
        return None if following is None else self._huey.messages.next_step(following, value)

    def _member_value(self, value: Any) -> bytes:
        return b"" if self._task.chord_config is None else self._serialize(value)

    def _signals_of_success(self) -> list[Signal]:
        following = self._task.on_complete
        signals: list[Signal] = [(S.SIGNAL_COMPLETE,)]
        return signals if following is None else [*signals, (S.SIGNAL_ENQUEUED, following)]

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

    def _timed_out(self, error: BaseException) -> _Failure:
        logger.warning("Task %s timed out after %ss.", self._task.id, self._task.timeout)
        return self._failure(error, S.SIGNAL_TIMEOUT)

    def _rate_limited(self, error: Any) -> _Failure:
        task, delay = self._task, self._task.retry_delay or error.delay
        failure = self._failure(error, S.SIGNAL_RATE_LIMITED)
        if error.retry or task.retries:
            failure.retry_eta = normalize_time(None, delay, self._huey.utc)
            task.retries += bool(error.retry)
        return failure

    def _locked(self, error: BaseException) -> _Failure:
        logger.warning("Task %s not run, %s.", self._task.id, error)
        return self._failure(error, S.SIGNAL_LOCKED)

    def _asked_for_retry(self, error: Any) -> _Failure:
        failure = self._failure(error)
        self._task.retries += 1
        if error.eta or error.delay is not None:
            failure.retry_eta = normalize_time(error.eta, error.delay, self._huey.utc)
        return failure

    def _cancelled_itself(self, error: Any) -> _Failure:
        task = self._task
        failure = self._failure(error, S.SIGNAL_CANCELED)
        again = error.retry or (error.retry is None and task.retries)
        task.retries = max(task.retries, 1) if again else 0
        failure.cancelled = not again
        return failure

    def _other(self, error: BaseException) -> _Failure:
        logger.error("Unhandled exception in task %s.", self._task.id, exc_info=error)
        failure = self._failure(error, S.SIGNAL_ERROR, error)
        if is_permanent(self._task, error):
            self._task.retries = 0
        return failure

    def _failure(self, error: BaseException, *signal: Any) -> _Failure:
        return _Failure(error, [signal] if signal else [], retries_before=self._task.retries)

    def _failed(self, failure: _Failure) -> Verdict:
        task, error = self._task, failure.error
        final = not task.retries
        surfaces = final or (
            self._huey.store_intermediate_errors and not isinstance(error, RETRYING_EXCEPTIONS)
        )
        described, record = self._describe(error)
        self._run_hooks_after(None, error)
        common = {
            **self._in_words(failure, described),
            "result": record if surfaces and self._stores else None,
            "clears_revocation": self._clears_revocation,
            "linked": self._linked and final,
        }
        signals = list(failure.signals)
        if surfaces and task.on_error is not None:
            handler = self._handler(error, described)
            common["handler"] = self._huey.messages.describe(
                handler, parent=self._claim.seq, key=None
            )
            signals.append((S.SIGNAL_ENQUEUED, handler))
        if final:
            return self._ended(failure, record, common, signals)
        return self._tried_again(failure, common, signals)

    def _ended(
        self, failure: _Failure, record: bytes, common: dict[str, Any], signals: list[Signal]
    ) -> Verdict:
        event = Event.CONFIRM_CANCEL if failure.cancelled else Event.FAIL
        value = record if self._linked else b""
        outcome = "cancelled" if failure.cancelled else "failed"
        words = ("cancelled itself", common["error_message"])
        settlement = Settlement(
            event,
            outcome=outcome,
            is_failure=True,
            reason=": ".join(filter(None, words)) if failure.cancelled else None,
            member_value=value,
            **common,
        )
        return Verdict(settlement, signals)

    def _tried_again(
        self, failure: _Failure, common: dict[str, Any], signals: list[Signal]
    ) -> Verdict:
        task, following = self._task, self._next_try(failure)
        task.retries, task.retry_delay = following.retries_left, following.delay
        task.eta = None if following.eta is None else from_micros(following.eta, self._huey.utc)
        settlement = Settlement(
            Event.TRY_AGAIN,
            outcome="retried" if isinstance(failure.error, RETRYING_EXCEPTIONS) else "failed",
            is_failure=task.retries < failure.retries_before,
            eta=following.eta,
            retries_left=following.retries_left,
            retry_delay=following.delay,
            **common,
        )
        after = S.SIGNAL_ENQUEUED if task.eta is None else S.SIGNAL_SCHEDULED
        return Verdict(settlement, [*signals, (S.SIGNAL_RETRYING,), (after,)])

    def _next_try(self, failure: _Failure) -> NextTry:
        task, asked, utc = self._task, failure.retry_eta, self._huey.utc
        return next_try(
            policy_of(task),
            task.retries,
            to_micros(self._huey._get_timestamp(), utc),
            random.random(),
            None if asked is None else to_micros(asked, utc),
        )

    def _describe(self, error: BaseException) -> tuple[dict[str, Any], bytes]:
        """Return huey's record of an error, and the same as `Result.get()` will find it.

        Nothing that the app puts into its errors may keep a failure from being recorded.
        """
        try:
            described = self._huey.build_error_result(self._task, error)
            return described, self._serialize(Error(described))
        except Exception:
            logger.warning("No record of the error of task %s can be made.", self._task.id)
        told = f"{type(error).__qualname__}: {_message_of(error)}"
        described = {
            "error": told,
            "retries": self._task.retries,
            "traceback": "".join(format_exception(error)),
            "task_id": self._task.id,
        }
        return described, self._serialize(Error(described))

    def _in_words(self, failure: _Failure, described: Any) -> dict[str, Any]:
        error = failure.error
        return {
            "error_type": type(error).__qualname__,
            "error_message": redact_text(storable(_message_of(error)))[:8192],
            "error_where": _place_of(error),
            "traceback": redact_text(storable(described.get("traceback") or ""))[-262_144:],
        }

    def _handler(self, error: BaseException, described: Any) -> Any:
        return self._huey.messages.error_handler(self._task, error, Error(described), new_id())

    def _serialize(self, value: Any) -> bytes:
        data: bytes = self._huey.serializer.serialize(value)
        return data


def _message_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:
        return f"<its message could not be made: {type(broken).__name__}>"


def _place_of(error: BaseException) -> str | None:
    where = culprit(error)
    return None if where is None else storable(where)[:_LONGEST_PLACE]


_JUDGES: tuple[tuple[type[BaseException], Callable[[Attempt, Any], _Failure]], ...] = (
    (TaskTimeout, Attempt._timed_out),
    (RateLimitExceeded, Attempt._rate_limited),
    (TaskLockedException, Attempt._locked),
    (RetryTask, Attempt._asked_for_retry),
    (CancelExecution, Attempt._cancelled_itself),
)
