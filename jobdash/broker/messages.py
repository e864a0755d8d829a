"""Between huey's tasks and messages and the ledger's rows."""

import copy
import zlib
from typing import Any

from huey.registry import Message

from jobdash.broker import current, following, tell
from jobdash.broker.idempotency import key_columns, refuse_later_keys
from jobdash.broker.retry import columns_of
from jobdash.broker.task_limits import TaskLimits
from jobdash.broker.times import from_micros, to_micros
from jobdash.errors import HardTimeLimit, WorkerLost
from jobdash.ids import new_id
from jobdash.job import MICROSECONDS, Claim
from jobdash.ledger import NewJob, NextStep
from jobdash.preview import preview_call

# A body that has caught or not heard its soft limit may do so much longer what it does.
HARD_GRACE_SECONDS = 10.0


class Messages:
    """Describes tasks as rows, and turns rows back into tasks. Knows the app's registry."""

    def __init__(self, huey: Any) -> None:
        self._huey = huey
        self._classes: dict[str, Any] = huey._registry._registry
        self._limits = TaskLimits(huey)

    def describe(self, task: Any, **extra: Any) -> NewJob:
        """Describe a task, with the steps that follow it, as new rows.

        What a running job enqueues has that job as its parent, unless `extra` names another.
        Raises `UsageError` if its idempotency key is not possible.
        """
        message = self._huey._registry.create_message(task)
        if "key" not in extra:
            extra.update(key_columns(task))
        extra.setdefault("parent", current.parent_in(self._huey.ledger))
        if task.on_complete is not None or task.on_error is not None:
            refuse_later_keys(task)
        return self.describe_message(message, self._huey.serializer.serialize(message), **extra)

    def describe_message(self, message: Message, data: bytes | None, **extra: Any) -> NewJob:
        """Describe a message; `data` is None for a later step, whose turn has not come."""
        args, kwargs = self._preview(message.name, message.args, message.kwargs)
        task_class = self._classes.get(message.name)
        return NewJob(
            id=message.id,
            task=message.name,
            data=data,
            args=args,
            kwargs=kwargs,
            priority=message.priority or 0,
            **columns_of(task_class, message),
            has_handler=message.on_error is not None,
            timeout=message.timeout or None,
            hard_timeout=_hard_timeout(task_class, message.timeout),
            eta=self._micros(message.eta),
            expires=self._expires(message),
            steps=self._steps(message, extra.get("batch")),
            is_limited=self._limits.hold(message.name, task_class),
            **extra,
        )

    def next_step(self, task: Any, value: Any) -> NextStep:
        """Hand a result to the next step of a pipeline and describe its message."""
        task.extend_data(value)
        message = self._huey._registry.create_message(task)
        args, kwargs = self._preview(message.name, message.args, message.kwargs)
        return NextStep(self._huey.serializer.serialize(message), args, kwargs)

    def revive(self, claim: Claim) -> Any:
        """Build the task of a claimed row. The row's columns are the truth, not the message.

        Raises whatever decoding raises; ValueError if the bytes are not those that were written.
        """
        task = self._decode(claim)
        task.id, task.revoke_id = claim.id, f"r:{claim.id}"
        if claim.task:
            _restore_policy(task, claim)
            task.expires_resolved = self._datetime(claim.expires)
        task.eta = self._datetime(claim.eta) if claim.task or claim.eta else task.eta
        if claim.priority != (task.priority or 0):
            task.priority = claim.priority
        return task

    def alone(self, claim: Claim) -> Any:
        """Build the task of a row as it was enqueued, to be run once more by itself, now.

        Raises what `revive` raises.
        """
        task = self._decode(claim)
        task.id = new_id()
        task.revoke_id = f"r:{task.id}"
        task.on_complete = task.chord_config = None
        task.eta = task.expires = task.expires_resolved = None
        return task

    def _decode(self, claim: Claim) -> Any:
        if claim.data is None or zlib.crc32(claim.data) != claim.checksum:
            raise ValueError("the stored message is damaged: its checksum does not match")
        if claim.task == following.NOTIFY:
            following.notify_class(self._huey)
        elif claim.task == tell.TELL:
            tell.tell_class(self._huey)
        task = self._huey.deserialize_task(claim.data)
        if claim.handles is not None:
            task = self._handler_in(task, claim.handles)
        if claim.chord is not None:
            task.extend_data((self._huey.chord_results(claim.chord),))
        return task

    def error_handler(self, task: Any, error: BaseException, metadata: Any, new_id: str) -> Any:
        """Return a fresh copy of the task's on_error handler, with the error as its argument."""
        handler = copy.copy(task.on_error)
        handler.id, handler.revoke_id = new_id, f"r:{new_id}"
        handler.extend_data(error if self._is_storable(error) else metadata)
        return handler

    def _handler_in(self, task: Any, failed: int) -> Any:
        """Return the error handler in a job's message, with what ended that job's worker."""
        if task.on_error is None:
            raise ValueError(f"there is no error handler in the message of job #{failed}")
        _, _, kind, message = self._huey.ledger.attempts.failure_of(failed)
        error = HardTimeLimit if kind == HardTimeLimit.__name__ else WorkerLost
        task.on_error.extend_data(error(message or "no details are known"))
        return task.on_error

    def _is_storable(self, value: object) -> bool:
        try:
            self._huey.serializer.deserialize(self._huey.serializer.serialize(value))
        except Exception:
            return False
        return True

    def _steps(self, message: Message, batch: str | None) -> tuple[NewJob, ...]:
        steps = []
        following = message.on_complete
        while following is not None:
            alone = following._replace(on_complete=None)
            steps.append(self.describe_message(alone, None, batch=batch))
            following = following.on_complete
        return tuple(steps)

    def _preview(self, name: str, args: Any, kwargs: Any) -> tuple[str, str]:
        task_class = self._classes.get(name)
        if not isinstance(args, tuple):
            args = tuple(args) if isinstance(args, list) else (args,)
        return preview_call(args, kwargs or {}, getattr(task_class, "parameter_names", ()))

    def _expires(self, message: Message) -> int | None:
        # A relative limit counts from when the job may run, and only once: not again at each
        # retry, as huey's does.
        if message.eta is not None and isinstance(message.expires, int | float):
            return self._eta_plus(message.eta, message.expires)
        return self._micros(message.expires_resolved)

    def _eta_plus(self, eta: Any, seconds: float) -> int:
        return to_micros(eta, self._huey.utc) + int(seconds * MICROSECONDS)

    def _micros(self, moment: Any) -> int | None:
        return None if moment is None else to_micros(moment, self._huey.utc)

    def _datetime(self, micros: int | None) -> Any:
        return None if micros is None else from_micros(micros, self._huey.utc)


def _hard_timeout(task_class: Any, timeout: float | None) -> float | None:
    """Return after how many seconds a run is killed: what its task says, else soft plus grace."""
    by_default = timeout + HARD_GRACE_SECONDS if timeout else None
    return getattr(task_class, "hard_timeout", by_default)


def _restore_policy(task: Any, claim: Claim) -> None:
    task.retries = claim.retries_left
    task.retry_delay, task.retry_backoff = claim.retry_delay, claim.retry_backoff
    task.retry_max_delay, task.retry_jitter = claim.retry_max_delay, claim.retry_jitter
