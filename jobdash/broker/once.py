"""`once(key, function)`: work that a task does once and for all, however often it runs."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from huey.exceptions import RetryTask

from jobdash.broker import current
from jobdash.broker.current import Run
from jobdash.broker.idempotency import check_key
from jobdash.broker.times import now
from jobdash.errors import DatabaseError, UsageError
from jobdash.job import MICROSECONDS
from jobdash.ledger import Standing

LONGEST_RESULT = 65_536
_SHORTEST_WAIT, _LONGEST_WAIT = 1.0, 60.0


class WorkInProgress(RetryTask):
    """Another job is doing this work. The task is tried again later, which costs it no retry."""


def once(key: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call the function and record that it is done, or return what it returned before.

    For a step of a task that must not be repeated when the task is:
    `receipt = once(f"charge:{order}", charge, order)`. The key names the work in the whole queue,
    whichever task and job does it; for work that is done once per job, begin it with
    `current_job().token`. What the function returns has to be JSON (None will do), at most 64 KiB
    of it; the first run too gets it as JSON gives it back: tuples become lists.

    - If the function raises, nothing is recorded, and the next run calls it again.
    - If its worker dies, the work is free again as soon as the job is.
    - While another job is doing the work, `WorkInProgress` is raised: the task is put back and
      tried again by itself, in a second at first, in up to a minute if the other one needs long.
    - The record is kept as long as the job that did the work is in the history.

    It cannot do more than check before and write after. What the function does to the outside
    world and the record of it are two things: a crash between them, in the milliseconds after the
    function has returned, makes the next run repeat the work. Where even that must not be, hand the
    key to the other side too, if it takes one.

    Raises `UsageError` outside a task, for a key that is no text of 1 to 1,000 characters, and for
    a result that is no JSON; the work counts as done all the same then.
    """
    check_key(key, "a key of once()")
    run = current.current_run()
    if run is None:
        return _value(key, _document(_in_memory(function)(*args, **kwargs)))
    standing = run.ledger.work.begin(key, run.claim, now())
    if standing is None:
        return _do(run, key, lambda: function(*args, **kwargs))
    if standing.done_at is None:
        raise _refusal(run, key, standing)
    return _value(key, standing.result)


def _do(run: Run, key: str, call: Callable[[], Any]) -> Any:
    process, work = os.getpid(), run.ledger.work
    try:
        value = call()
    except BaseException:
        # A child that the function has forked is not the one that works here.
        if os.getpid() == process:
            run.ledger.database.tidy()
            # What cannot be written now is free as soon as this run has ended.
            with suppress(DatabaseError):
                work.abandon(key, run.claim)
        raise
    document = _document(value)
    if os.getpid() == process:
        work.finish(key, run.claim, document, now())
    return _value(key, document)


def _refusal(run: Run, key: str, standing: Standing) -> Exception:
    if standing.seq == run.claim.seq:
        return UsageError(f"once({key!r}) is called inside itself")
    so_far = (now() - standing.started_at) / MICROSECONDS
    delay = min(max(so_far, _SHORTEST_WAIT), _LONGEST_WAIT)
    return WorkInProgress(f"job #{standing.seq} is doing {key!r}", delay=delay)


def _in_memory(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let huey's immediate mode pass: nothing outlasts the process there, nothing is recorded."""
    if not current.is_in_memory():
        raise UsageError("once() records the work with the job that does it: call it in a task")
    return function


def _document(value: Any) -> str | None:
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    return text if len(text) <= LONGEST_RESULT else None


def _value(key: str, document: str | None) -> Any:
    if document is None:
        raise UsageError(
            f"the work {key!r} is done and will not be done again, but its result is not kept:"
            " return what JSON can hold, at most 64 KiB"
        )
    return json.loads(document)
