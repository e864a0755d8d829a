"""What `@huey.task()` makes: huey's wrapper with time-ordered ids and idempotency keys."""

import inspect
from typing import Any

from huey.api import TaskWrapper

from jobdash.broker.retry import check_policy
from jobdash.errors import UsageError
from jobdash.ids import new_id

KEY = "idempotency_key"


class JobWrapper(TaskWrapper):
    """A task as the app calls it.

    `task(…, idempotency_key="order-7")` enqueues at most one job with this key; a second call
    returns the first one's result handle.
    """

    def create_task(
        self, func: Any, context: bool = False, name: str | None = None, **settings: Any
    ) -> Any:
        """Make the task's class. Raises `UsageError` if its limits or retries make no sense."""
        _check_limits(name or func.__name__, **settings)
        check_policy(name or func.__name__, settings)
        task_class = super().create_task(func, context, name, **settings)
        task_class.create_id = lambda self: new_id()
        task_class.signature = inspect.signature(func)
        task_class.parameter_names = tuple(task_class.signature.parameters)
        return task_class

    def s(self, *args: Any, **kwargs: Any) -> Any:
        """Make a task without enqueueing it."""
        if KEY in self.task_class.parameter_names:
            return super().s(*args, **kwargs)
        key = kwargs.pop(KEY, None)
        task = super().s(*args, **kwargs)
        task.idempotency_key = key
        return task


def _check_limits(
    name: str,
    *,
    hard_timeout: float | None = None,
    default_timeout: float | None = None,
    **_others: Any,
) -> None:
    if hard_timeout is None:
        return
    if not hard_timeout > 0:
        raise UsageError(f"{name}: hard_timeout must be more than 0 seconds, not {hard_timeout!r}")
    if hard_timeout < (default_timeout or 0):
        raise UsageError(
            f"{name}: hard_timeout ({hard_timeout!r}) must not be shorter than timeout"
            f" ({default_timeout!r}), which is to end the task in good order"
        )
