"""Enqueueing by name, for people and scripts that are not the app. Needs the app's huey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from jobdash.broker.calls import check_call, find_task
from jobdash.broker.idempotency import mark
from jobdash.broker.times import from_micros
from jobdash.errors import Refused, UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """How to enqueue: `eta` in microseconds since the epoch; None means the task's default.

    `dedupe` is for how many seconds the key holds.
    """

    eta: int | None = None
    priority: float | None = None
    retries: int | None = None
    retry_delay: float | None = None
    expires: float | None = None
    timeout: float | None = None
    key: str | None = None
    dedupe: float | None = None
    id: str | None = None


class Enqueued(NamedTuple):
    """The job that stands for an enqueue: a new one, or the first one of its key."""

    id: str
    is_new: bool


def enqueue(
    huey: Any, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], options: Options
) -> Enqueued:
    """Enqueue one job, unless there is one that stands for its key.

    Raises `UnknownTask` or `UsageError` before anything is written; `Refused` if the id that was
    asked for is taken.
    """
    task_class = find_task(huey, name)
    check_call(task_class, args, kwargs)
    if options.id is not None and huey.ledger.intake.find(options.id) is not None:
        raise Refused(f"job {options.id} exists: choose another id, or retry or replay it")
    task = task_class(tuple(args), dict(kwargs), **_task_options(huey, options))
    mark(task, options.key, options.dedupe)
    huey.enqueue(task)
    return Enqueued(str(task.id), not getattr(task, "is_known", False))


def _task_options(huey: Any, options: Options) -> dict[str, Any]:
    names = ("priority", "retries", "retry_delay", "expires", "timeout", "id")
    given = {name: getattr(options, name) for name in names}
    if options.retries is not None and options.retries < 0:
        raise UsageError(f"retries must be 0 or more, not {options.retries}")
    if options.eta is not None:
        given["eta"] = from_micros(options.eta, huey.utc)
    return given
