"""Idempotency keys: given at the call or computed by the task, and for how long they hold.

At most one job of a task stands for a key: one that waits, runs or has succeeded. Whoever enqueues
the key again gets that first job. A job that failed for good, was cancelled or revoked, expired or
was discarded does not stand for its key any more: the next enqueue makes a new job, and from then
on the old one can be replayed but not retried.

A key holds for `dedupe_seconds` from the first enqueue on, however the first job stands by then;
without that, for as long as the first job is in the history. The key of a pipeline is that of its
first step, the key of a chord that of its callback, and each member of a group has its own. Keys
computed by a task are not computed for later steps, callbacks and error handlers, whose arguments
are not complete when they are enqueued.
"""

import inspect
import math
import string
from collections.abc import Callable, Mapping
from typing import Any

from jobdash.errors import UsageError
from jobdash.job import MICROSECONDS

LONGEST_KEY = 1_000
LONGEST_WINDOW = 3653 * 86_400.0

_NO_KEY: Mapping[str, Any] = {}
_AS_CALLED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class KeyRule:
    """How a task computes the key of a call: a format string, or a function.

    `"order:{order}"` is filled with the task's arguments, defaults included. A function is called
    with those of the task's arguments that it names; what it returns is the key, None for none.
    """

    def __init__(self, rule: str | Callable[..., str | None], task: str, parameters: Any) -> None:
        self._task = task
        self._signature = inspect.Signature(parameters)
        self._compute = _formatter(rule) if isinstance(rule, str) else rule
        self._names = _fields(rule) if isinstance(rule, str) else _parameters(rule)
        unknown = [name for name in self._names if name not in self._signature.parameters]
        if unknown:
            raise UsageError(
                f"the idempotency_key of {task} asks for {unknown[0]!r}, which is no argument of"
                f" {task}{self._signature}"
            )

    def __call__(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
        """Return the key of one call. Raises `UsageError` if it cannot be computed."""
        try:
            bound = self._signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return self._compute(**{name: bound.arguments[name] for name in self._names})
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            raise UsageError(f"the idempotency_key of {self._task} fails: {told}") from error


def mark(task: Any, key: str | None, dedupe_seconds: float | None) -> None:
    """Give a task the key, and the window, that somebody wants for this one call."""
    if dedupe_seconds is not None:
        if key is None and getattr(task, "key_rule", None) is None:
            raise UsageError(
                "a window (dedupe_seconds, --dedupe) is how long a key holds: give a key too"
                " (idempotency_key, --key)"
            )
        task.dedupe_seconds = check_window(dedupe_seconds)
    task.idempotency_key = key


def key_columns(task: Any) -> Mapping[str, Any]:
    """Return the columns of the task's key, given or computed; none if it has no key."""
    key = getattr(task, "idempotency_key", None)
    rule = getattr(task, "key_rule", None)
    if key is None and rule is not None:
        key = rule(*task.data)
    return _NO_KEY if key is None else _columns(task, key)


def given_key_columns(task: Any) -> Mapping[str, Any]:
    """Return the columns of a key that was given at the call; none if there was none."""
    key = getattr(task, "idempotency_key", None)
    return _NO_KEY if key is None else _columns(task, key)


def refuse_later_keys(task: Any) -> None:
    """Raise `UsageError` if a later step or an error handler was given a key of its own."""
    while task is not None:
        for later in (task.on_complete, task.on_error):
            if getattr(later, "idempotency_key", None) is not None:
                raise UsageError(
                    "an idempotency_key belongs to the first step of a pipeline: later steps and"
                    " error handlers cannot have one"
                )
        task = task.on_complete


def check_window(seconds: Any) -> float:
    """Return the seconds. Raises `UsageError` unless they are a number above 0."""
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not is_number or not math.isfinite(seconds) or not 0 < seconds <= LONGEST_WINDOW:
        raise UsageError(
            f"dedupe_seconds is a number above 0 and at most ten years, not {seconds!r}"
        )
    return float(seconds)


def check_key(key: Any, name: str = "an idempotency_key") -> str:
    """Return the key. Raises `UsageError` unless it is a text of 1 to 1,000 characters."""
    if not isinstance(key, str):
        raise UsageError(f"{name} is a text, not {type(key).__name__}")
    if not key.strip():
        raise UsageError(f"{name} must not be empty")
    if len(key) > LONGEST_KEY:
        raise UsageError(f"{name} has at most {LONGEST_KEY:,} characters, not {len(key):,}")
    if not key.isascii() and any("\ud800" <= char <= "\udfff" for char in key):
        raise UsageError(f"{name} must be valid Unicode: it has lone surrogates")
    return key


def _columns(task: Any, key: Any) -> Mapping[str, Any]:
    seconds = getattr(task, "dedupe_seconds", None)
    window = None if seconds is None else int(seconds * MICROSECONDS)
    return {"key": check_key(key), "key_window": window}


def _formatter(template: str) -> Callable[..., str]:
    return lambda **arguments: template.format(**arguments)


def _fields(template: str) -> list[str]:
    """Return the names in a format string: 'order' of '{order.id}'."""
    try:
        found = [field for _, field, _, _ in string.Formatter().parse(template)]
    except ValueError as error:
        raise UsageError(f"{template!r} is no format string for a key: {error}") from error
    fields = (field.replace("[", ".") for field in found if field is not None)
    return list(dict.fromkeys(field.partition(".")[0] for field in fields))


def _parameters(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    odd = [one for one in parameters if one.kind in (*_AS_CALLED, one.POSITIONAL_ONLY)]
    if odd:
        raise UsageError(
            "the function that computes an idempotency_key names the arguments that it needs;"
            f" {odd[0]} is not possible"
        )
    return [one.name for one in parameters]
