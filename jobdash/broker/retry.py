"""When a failed attempt is tried again, and when it is not worth trying.

On top of huey's retries, retry_delay and retry_backoff a task may say `retry_on=(…)` (only these
errors pass with time), `give_up_on=(…)` (these never do), `retry_max_delay=` (seconds) and
`retry_jitter=` (0 to 1: the share of the delay that is drawn at random), and raise `GiveUp`.
"""

import random
from typing import Any

DELAY_LIMIT = 10 * 365 * 86_400.0


class GiveUp(Exception):
    """Raised by a task whose failure is permanent: no retry, straight to the dead letters."""


def is_permanent(task: Any, error: BaseException) -> bool:
    """Return whether trying again cannot help, by what the task says about its errors."""
    retry_on = getattr(task, "retry_on", None)
    if isinstance(error, (GiveUp, *_kinds(getattr(task, "give_up_on", ())))):
        return True
    return retry_on is not None and not isinstance(error, _kinds(retry_on))


def _kinds(kinds: Any) -> tuple[type[BaseException], ...]:
    return tuple(kinds) if isinstance(kinds, tuple | list) else (kinds,)


def actual_delay(task: Any, delay: float) -> float:
    """Return how many seconds to wait, with the task's cap and jitter applied."""
    capped = min(delay, getattr(task, "retry_max_delay", None) or DELAY_LIMIT)
    return capped * (1 - random.random() * getattr(task, "retry_jitter", 0))


def next_delay(task: Any, delay: float) -> float:
    """Return the delay before the try after the next, growing by the task's back-off."""
    return min(delay * (task.retry_backoff or 1), DELAY_LIMIT)
