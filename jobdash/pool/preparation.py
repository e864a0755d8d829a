"""What is done once before the first worker starts: tasks written down, locks flushed."""

from typing import Any

from jobdash.broker.log import logger
from jobdash.broker.task_limits import write_down
from jobdash.broker.times import now
from jobdash.pool.orders import Post
from jobdash.pool.signatures import task_types


def prepare(huey: Any, post: Post) -> int:
    """Write down which tasks the app has; with -f or -L free huey's task locks."""
    if post.is_first and (post.options.flush_locks or post.options.extra_locks):
        _flush_locks(huey, post.options.extra_locks)
    huey.ledger.crew.record_tasks(task_types(huey, now()), now())
    write_down(huey)
    return 0


def _flush_locks(huey: Any, extra: str) -> None:
    flushed = huey.flush_locks(*(name for name in extra.split(",") if name))
    if flushed:
        logger.warning("Found stale locks: %s", ", ".join(sorted(flushed)))
