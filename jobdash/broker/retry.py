"""What a task says about its failures: which are worth trying again, and how often and when.

On top of huey's retries, retry_delay and retry_backoff a task may say `retry_on=(…)` (only these
errors pass with time), `give_up_on=(…)` (these never do), `retry_max_delay=` (seconds) and
`retry_jitter=` (0 to 1: the share of the delay that is drawn at random), and raise `GiveUp`.
`max_rescues=` is how many workers the job may cost before it is a dead letter.
"""

import math
from collections.abc import Callable
from typing import Any

from jobdash.errors import UsageError
from jobdash.ledger.records import MAX_RESCUES
from jobdash.retries import RetryPolicy


class GiveUp(Exception):
    """Raised by a task whose failure is permanent: no retry, straight to the dead letters."""


def is_permanent(task: Any, error: BaseException) -> bool:
    """Return whether trying again cannot help, by what the task says about its errors."""
    retry_on = getattr(task, "retry_on", None)
    if isinstance(error, (GiveUp, *_kinds(getattr(task, "give_up_on", ())))):
        return True
    return retry_on is not None and not isinstance(error, _kinds(retry_on))


def policy_of(task: Any) -> RetryPolicy:
    """Return how long the task wants to wait before its next try."""
    return RetryPolicy(
        task.retry_delay or 0,
        task.retry_backoff or 0,
        getattr(task, "retry_max_delay", None),
        getattr(task, "retry_jitter", 0),
    )


def columns_of(task_class: Any, message: Any) -> dict[str, Any]:
    """Return what a job's row says of the policy, by the names of the columns."""
    return {
        "retries": message.retries or 0,
        "retry_delay": message.retry_delay or 0,
        "retry_backoff": message.retry_backoff or 0,
        "retry_max_delay": getattr(task_class, "retry_max_delay", None),
        "retry_jitter": getattr(task_class, "retry_jitter", 0),
        "max_rescues": getattr(task_class, "max_rescues", MAX_RESCUES),
    }


def check_policy(name: str, settings: dict[str, Any]) -> None:
    """Raise `UsageError` that names the setting of a task which makes no sense."""
    for setting, (is_right, must_be) in _RULES.items():
        value = settings.get(setting, settings.get(f"default_{setting}"))
        if value is not None and not (isinstance(value, int | float) and is_right(value)):
            raise UsageError(f"{name}: {setting} must be {must_be}, not {value!r}")


def _kinds(kinds: Any) -> tuple[type[BaseException], ...]:
    return tuple(kinds) if isinstance(kinds, tuple | list) else (kinds,)


_RULES: dict[str, tuple[Callable[[float], bool], str]] = {
    "retry_delay": (lambda value: not math.isnan(value), "a number of seconds"),
    "retry_backoff": (lambda value: not math.isnan(value), "a number"),
    "retry_max_delay": (lambda value: value > 0, "more than 0 seconds"),
    "retry_jitter": (lambda value: 0 <= value <= 1, "a share from 0 to 1"),
    "max_rescues": (lambda value: isinstance(value, int) and value >= 1, "a whole number from 1"),
}
