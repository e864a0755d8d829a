"""The scheduler: writes down which tasks there are, then enqueues periodic ones by the minute."""

import select
import time
from datetime import UTC, datetime
from typing import Any

from jobdash.broker.log import logger
from jobdash.broker.times import now
from jobdash.errors import DatabaseError
from jobdash.pool import process
from jobdash.pool.orders import Post
from jobdash.pool.signatures import task_types

# Shorter than a minute, so that a clock that is set or a machine that slept is noticed.
_LOOK_EVERY = 10.0


def tick(huey: Any, post: Post) -> int:
    """Record the tasks; then, if any is periodic, serve the clock until the stop pipe ends."""
    process.mind_signals_in_children()
    huey.ledger.crew.record_tasks(task_types(huey, now()), now())
    if post.options.periodic and huey._registry.periodic_tasks:
        _keep_time(huey, post.stop)
    return 0


def _keep_time(huey: Any, stop: int) -> None:
    poller = select.poll()
    poller.register(stop, select.POLLIN)
    last = None
    while True:
        moment = time.time()
        minute = int(moment // 60)
        if minute != last:
            enqueue_ticks(huey, minute)
            last = minute
        rest = (minute + 1) * 60 - time.time()
        if poller.poll(1000 * min(max(rest, 0.001), _LOOK_EVERY)):
            return


def enqueue_ticks(huey: Any, minute: int) -> None:
    """Enqueue what is due in a minute (since the epoch), each task at most once."""
    try:
        due = huey.read_periodic(_as_huey_reads(minute, huey.utc))
    except Exception:
        logger.exception("Error in the schedule of a periodic task.")
        return
    for task in due:
        try:
            huey.enqueue_tick(task, minute)
        except DatabaseError as error:
            logger.error("Error enqueueing periodic task %s: %s", task, error)


def _as_huey_reads(minute: int, utc: bool) -> datetime:
    moment = datetime.fromtimestamp(minute * 60, UTC)
    return (moment if utc else moment.astimezone()).replace(tzinfo=None)
