"""huey's own consumer on a ledger: what `huey_consumer` runs, with two of its gaps closed."""

import os
from datetime import datetime
from typing import Any

from huey.consumer import Consumer, Scheduler, Worker

from jobdash.broker.log import logger
from jobdash.broker.times import to_micros
from jobdash.job import MICROSECONDS

_MINUTE = 60 * MICROSECONDS


class _Bereft:
    """Ends a process that huey's consumer has forked once the consumer is gone.

    Otherwise it would go on for ever, beside the next consumer. It first ends the job that it runs.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._consumer = os.getpid()

    def loop(self, now: datetime | None = None) -> None:
        """Do one round, unless nobody is left to do it for."""
        if self._consumer not in (os.getpid(), os.getppid()):
            logger.warning("The consumer (pid %s) is gone: this process ends.", self._consumer)
            # What huey takes as the order to end without a word.
            raise KeyboardInterrupt
        super().loop(now)  # type: ignore[misc]


class JobWorker(_Bereft, Worker):
    """huey's worker, which ends with its consumer."""


class JobScheduler(_Bereft, Scheduler):
    """huey's scheduler, which ends with its consumer and doubles nobody's ticks."""

    def enqueue_periodic_tasks(self, now: datetime | None) -> None:
        """Enqueue what is due in this minute, unless another scheduler has."""
        moment = now or self.huey._get_timestamp()
        minute = to_micros(moment, self.huey.utc) // _MINUTE
        for task in self.huey.read_periodic(moment):
            try:
                self.huey.enqueue_tick(task, minute)
            except Exception:
                logger.exception("Error enqueueing periodic task %s.", task)


class JobConsumer(Consumer):
    """huey's consumer, with workers and a scheduler that end with it."""

    worker_class = JobWorker
    scheduler_class = JobScheduler
