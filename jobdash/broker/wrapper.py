"""What `@huey.task()` makes: huey's wrapper with time-ordered ids and idempotency keys."""

import copy
import inspect
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from huey.api import TaskWrapper

from jobdash.broker.batch import Batch
from jobdash.broker.idempotency import KeyRule, check_window, mark
from jobdash.broker.retry import check_policy
from jobdash.broker.task_limits import OPTION as CONCURRENCY
from jobdash.broker.task_limits import check_concurrency
from jobdash.errors import UsageError
from jobdash.ids import new_id

KEY, WINDOW = "idempotency_key", "dedupe_seconds"


class JobWrapper(TaskWrapper):
    """A task as the app calls it.

    `task(…, idempotency_key="order-7", dedupe_seconds=3600)` enqueues at most one job of the task
    with this key within an hour; a second call returns the first one's result handle. The same two
    names in the decorator compute the key of every call, and say for how long keys hold:
    `@huey.task(idempotency_key="order:{order}")`, or `lambda order: f"order:{order}"`. What
    exactly a key promises is told in `jobdash.broker.idempotency`.
    """

    def create_task(
        self, func: Any, context: bool = False, name: str | None = None, **settings: Any
    ) -> Any:
        """Make the task's class. Raises `UsageError` if its options make no sense."""
        rule, window = settings.pop(KEY, None), settings.pop(WINDOW, None)
        _check_limits(name or func.__name__, **settings)
        check_policy(name or func.__name__, settings)
        check_concurrency(name or func.__name__, settings.get(CONCURRENCY))
        task_class = super().create_task(func, context, name, **settings)
        task_class.create_id = lambda self: new_id()
        task_class.signature = inspect.signature(func)
        task_class.parameter_names = tuple(task_class.signature.parameters)
        task_class.dedupe_seconds = None if window is None else check_window(window)
        task_class.key_rule = None if rule is None else _rule(rule, task_class)
        return task_class

    def s(self, *args: Any, **kwargs: Any) -> Any:
        """Make a task without enqueueing it."""
        key, window = self._taken(KEY, kwargs), self._taken(WINDOW, kwargs)
        task = super().s(*args, **kwargs)
        if key is not None or window is not None:
            mark(task, key, window)
        return task

    def map_batch(self, arguments: Iterable[Any], name: str | None = None, **options: Any) -> Batch:
        """Enqueue a call for each item as one batch, and return that.

        A tuple is a call's arguments, anything else its only argument, as in huey's `map`. The
        items are taken as they come: a million of them need no more memory than a thousand. The
        options are those of `jobdash.broker.batch.Batch`.
        """
        options.setdefault("task", self.huey._registry.task_to_string(self.task_class))
        batch: Batch = self.huey.batch(name or self.task_class.__name__, **options)
        with batch:
            for item in arguments:
                batch.add(self.s(*(item if isinstance(item, tuple) else (item,))))
        return batch

    def schedule(
        self,
        *args: Any,
        idempotency_key: str | None = None,
        dedupe_seconds: float | None = None,
        **kwargs: Any,
    ) -> Any:
        """Enqueue a call for later: huey's `schedule`, which may be given a key too."""
        if idempotency_key is None and dedupe_seconds is None:
            return super().schedule(*args, **kwargs)

        def enqueue(task: Any) -> Any:
            mark(task, idempotency_key, dedupe_seconds)
            return self.huey.enqueue(task)

        # huey makes the task and enqueues it in one go: the key has to come in between.
        marking = copy.copy(self)
        marking.huey = SimpleNamespace(utc=self.huey.utc, enqueue=enqueue)
        return TaskWrapper.schedule(marking, *args, **kwargs)

    def _taken(self, name: str, kwargs: dict[str, Any]) -> Any:
        """Take an option of ours out of a call, unless the task has an argument of that name."""
        return None if name in self.task_class.parameter_names else kwargs.pop(name, None)


def _rule(rule: str | Callable[..., str | None], task_class: Any) -> KeyRule:
    parameters = task_class.signature.parameters.values()
    own = [one for one in parameters if not (task_class.context and one.name == "task")]
    return KeyRule(rule, task_class.__name__, own)


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
