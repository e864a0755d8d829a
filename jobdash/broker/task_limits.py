"""`@huey.task(concurrency=2)`: how many jobs of a task may run at once, on all workers together."""

from typing import Any

from jobdash.errors import UsageError

OPTION = "concurrency"


def check_concurrency(name: str, concurrency: Any) -> None:
    """Raise `UsageError` unless it is a whole number from 1, or None for no limit."""
    is_number = isinstance(concurrency, int) and not isinstance(concurrency, bool)
    if concurrency is not None and not (is_number and concurrency >= 1):
        raise UsageError(f"{name}: concurrency must be a whole number from 1, not {concurrency!r}")


def limits_of(huey: Any) -> dict[str, int | None]:
    """Return what the app says about each of its tasks."""
    registered = huey._registry._registry
    return {name: getattr(task, OPTION, None) for name, task in registered.items()}


def write_down(huey: Any) -> None:
    """Let the limits of all tasks hold as the app has them now."""
    limits = huey.ledger.limits
    known = limits.known()
    for task, concurrency in limits_of(huey).items():
        if concurrency is not None:
            limits.set(task, concurrency)
        elif task in known:
            limits.lift(task)


class TaskLimits:
    """Makes sure that the file knows the limit of a task before its first job is in it."""

    def __init__(self, huey: Any) -> None:
        self._huey = huey
        self._written: set[str] = set()

    def hold(self, task: str, task_class: Any) -> bool:
        """Return whether a task has a limit."""
        concurrency = getattr(task_class, OPTION, None)
        if concurrency is None:
            return False
        if task not in self._written:
            self._huey.ledger.limits.set(task, concurrency)
            self._written.add(task)
        return True
