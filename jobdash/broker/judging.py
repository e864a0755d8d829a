"""What an error means for the job."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huey import signals as S
from huey.exceptions import (
    CancelExecution,
    RateLimitExceeded,
    RetryTask,
    TaskLockedException,
    TaskTimeout,
)
from huey.utils import normalize_time

from jobdash.broker.failure_words import Describes
from jobdash.broker.log import logger
from jobdash.broker.retry import is_permanent
from jobdash.broker.verdict import Signal


@dataclass(slots=True)
class Failure:
    """What was raised, what to announce, and when huey's rules say to try again."""

    error: BaseException
    signals: list[Signal]
    retry_eta: datetime | None = None
    retries_before: int = 0
    cancelled: bool = False
    # The task has failed, and does not only ask for something.
    is_failure: bool = False


class Judges(Describes):
    """What an error means: whether the job failed, and when huey's rules say to try again."""

    def _judged(self, error: BaseException) -> Failure:
        judge = next((judge for kind, judge in _JUDGES if isinstance(error, kind)), Judges._other)
        return judge(self, error)

    def _timed_out(self, error: BaseException) -> Failure:
        logger.warning("Task %s timed out after %ss.", self._task.id, self._task.timeout)
        failure = self._failure(error, S.SIGNAL_TIMEOUT)
        failure.is_failure = True
        return failure

    def _rate_limited(self, error: Any) -> Failure:
        task, delay = self._task, self._task.retry_delay or error.delay
        failure = self._failure(error, S.SIGNAL_RATE_LIMITED)
        if error.retry or task.retries:
            failure.retry_eta = normalize_time(None, delay, self._huey.utc)
            task.retries += bool(error.retry)
        return failure

    def _locked(self, error: BaseException) -> Failure:
        logger.warning("Task %s not run, %s.", self._task.id, error)
        return self._failure(error, S.SIGNAL_LOCKED)

    def _asked_for_retry(self, error: Any) -> Failure:
        failure = self._failure(error)
        self._task.retries += 1
        if error.eta or error.delay is not None:
            failure.retry_eta = normalize_time(error.eta, error.delay, self._huey.utc)
        return failure

    def _cancelled_itself(self, error: Any) -> Failure:
        task = self._task
        failure = self._failure(error, S.SIGNAL_CANCELED)
        again = error.retry or (error.retry is None and task.retries)
        task.retries = max(task.retries, 1) if again else 0
        failure.cancelled = not again
        return failure

    def _other(self, error: BaseException) -> Failure:
        logger.error("Unhandled exception in task %s.", self._task.id, exc_info=error)
        failure = self._failure(error, S.SIGNAL_ERROR, error)
        failure.is_failure = True
        if is_permanent(self._task, error):
            self._task.retries = 0
        return failure

    def _failure(self, error: BaseException, *signal: Any) -> Failure:
        return Failure(error, [signal] if signal else [], retries_before=self._task.retries)


_JUDGES: tuple[tuple[type[BaseException], Callable[[Judges, Any], Failure]], ...] = (
    (TaskTimeout, Judges._timed_out),
    (RateLimitExceeded, Judges._rate_limited),
    (TaskLockedException, Judges._locked),
    (RetryTask, Judges._asked_for_retry),
    (CancelExecution, Judges._cancelled_itself),
)
