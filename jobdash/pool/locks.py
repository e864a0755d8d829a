"""Flushing huey's task locks before the first worker starts, for -f and -L."""

from typing import Any

from jobdash.broker.log import logger
from jobdash.pool.orders import Post


def flush(huey: Any, post: Post) -> int:
    """Free the locks that the app knows and the extra ones that were named."""
    extra = [name for name in post.options.extra_locks.split(",") if name]
    flushed = huey.flush_locks(*extra)
    if flushed:
        logger.warning("Found stale locks: %s", ", ".join(sorted(flushed)))
    return 0
