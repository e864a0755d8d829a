"""The orders in which a list of tasks can be read: of amounts the largest first. Pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from jobdash.job import State
from jobdash.report.task_stats import Spread, TaskStats


def _slow_end(stats: TaskStats, of: str) -> float:
    spread: Spread | None = getattr(stats.figures, of, None)
    return -1.0 if spread is None else spread.p95


# What is sorted by. A task without a figure comes last; what p95 of is not said is of the run.
TASK_ORDERS: Mapping[str, Callable[[TaskStats], float]] = MappingProxyType(
    {
        "name": lambda stats: 0,
        "jobs": lambda stats: -stats.total,
        "failed": lambda stats: -stats.count(State.FAILED),
        "p95": lambda stats: -_slow_end(stats, "took"),
        "cpu": lambda stats: -_slow_end(stats, "cpu"),
        "memory": lambda stats: -_slow_end(stats, "memory"),
    }
)
