"""The orders in which a list of jobs can be read."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Order(StrEnum):
    """What comes first in a list of jobs; among equals the newest."""

    NEWEST = "newest"
    OLDEST = "oldest"
    PRIORITY = "priority"
    TOOK = "took"
    WAITED = "waited"
    CPU = "cpu"
    MEMORY = "memory"
    TRIES = "tries"
    TASK = "task"

    @property
    def is_by_number(self) -> bool:
        """Whether the numbers of the jobs are the order."""
        return self in (Order.NEWEST, Order.OLDEST)


# As `render.duration`: the row tells it only if the job ended with its run. Microseconds.
TOOK = (
    "CASE WHEN started_at IS NULL THEN NULL"
    " WHEN state = 'running' THEN max(0, :now - started_at)"
    " WHEN state IN ('succeeded', 'failed')"
    " OR (state = 'cancelled' AND cancel_requested_at IS NOT NULL)"
    " THEN max(0, finished_at - started_at) END"
)
# From when it could run to when it last began, or to now.
_WAITED = (
    "max(0, CASE WHEN state = 'pending' THEN :now ELSE coalesce(started_at, finished_at, :now) END"
    " - max(created_at, coalesce(eta, 0)))"
)
_UP, _DOWN = "", " DESC"
# What is sorted by, and in which direction. Without a value a job comes last.
RANKS: Mapping[Order, tuple[str, str]] = MappingProxyType(
    {
        Order.PRIORITY: ("priority", _DOWN),
        Order.TOOK: (f"coalesce({TOOK}, -1)", _DOWN),
        Order.WAITED: (_WAITED, _DOWN),
        Order.CPU: ("coalesce(cpu, -1)", _DOWN),
        Order.MEMORY: ("coalesce(memory, -1)", _DOWN),
        Order.TRIES: ("claims - idle", _DOWN),
        Order.TASK: ("task", _UP),
    }
)
