"""New jobs: by the app that is at hand, else by a process of its own that imports it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from jobdash.control.app_helper import NewJob
from jobdash.control.app_helper import enqueue as enqueue_by_helper
from jobdash.errors import Refused
from jobdash.http.threads import Threads, now
from jobdash.job import MICROSECONDS

# Each is a process that imports the app.
_HELPERS = 2


@dataclass(frozen=True, slots=True)
class Order:
    """A job that is wanted; `delay` is in seconds, None means the task's default."""

    task: str
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    delay: float | None = None
    priority: float | None = None
    retries: int | None = None
    key: str | None = None


# Returns the job's id or number, and whether it is new.
Enqueue = Callable[[Order], Awaitable[tuple[str, bool]]]


def with_app(threads: Threads, huey: Any) -> Enqueue:
    """Return what enqueues with the app's own huey."""

    async def enqueue(order: Order) -> tuple[str, bool]:
        return await threads.write(lambda _: _enqueued(huey, order))

    return enqueue


def _enqueued(huey: Any, order: Order) -> tuple[str, bool]:
    from jobdash.control.enqueue import Options, enqueue

    eta = None if order.delay is None else now() + round(order.delay * MICROSECONDS)
    options = Options(eta=eta, priority=order.priority, retries=order.retries, key=order.key)
    made = enqueue(huey, order.task, order.args, order.kwargs, options)
    return made.id, made.is_new


def without_app(threads: Threads, app: str | None) -> Enqueue:
    """Return what lets another process import the app and enqueue; the app may be named later."""
    helpers = asyncio.Semaphore(_HELPERS)

    async def enqueue(order: Order) -> tuple[str, bool]:
        task = await threads.read(lambda report: report.task(order.task))
        named = app or await threads.read(lambda report: report.app_of(task.queue))
        if named is None:
            raise Refused("nobody knows the app of this file: `jobdash serve -A module:huey`")
        async with helpers:
            made = await enqueue_by_helper(named, threads.path, _new_job(order))
        return str(made.seqs[0]), made.is_new

    return enqueue


def _new_job(order: Order) -> NewJob:
    delay = "" if order.delay is None else f"{order.delay:f}s"
    return NewJob(
        order.task,
        order.args,
        order.kwargs,
        delay,
        priority=_typed(order.priority),
        retries=_typed(order.retries),
        key=order.key or "",
    )


def _typed(value: float | None) -> str:
    return "" if value is None else json.dumps(value)
