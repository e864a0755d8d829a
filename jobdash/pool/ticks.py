"""Periodic tasks: one short-lived child a minute enqueues what is due.

A resident scheduler would sleep for a minute at a time and hold as much memory as a worker.
"""

from typing import Any

from jobdash.broker.log import logger
from jobdash.pool.orders import Post
from jobdash.pool.rules import as_huey_reads, look_ahead_all


def tick(huey: Any, post: Post) -> int:
    """Enqueue every periodic task that is due in `post.minute`, each at most once."""
    for task in huey.read_periodic(as_huey_reads(post.minute, huey.utc)):
        try:
            huey.enqueue_tick(task, post.minute)
        except Exception:  # noqa: BLE001 - the app's code may raise anything
            logger.exception("Error enqueueing periodic task %s.", task)
    look_ahead_all(huey)
    return 0
