"""`jobdash.SqliteHuey`: a drop-in for `huey.SqliteHuey` that keeps one row per job for its life."""

from typing import Any

from jobdash.broker.consumer import JobConsumer
from jobdash.broker.locks import JobLock
from jobdash.broker.results import Results
from jobdash.broker.serving import Serves
from jobdash.broker.takeover import take_over
from jobdash.broker.taking_in import TakesIn
from jobdash.broker.times import now
from jobdash.broker.wrapper import JobWrapper
from jobdash.errors import UnknownJob
from jobdash.job import Event, State
from jobdash.ledger import telling
from jobdash.transition import CANCELLED_BY_APP


class SqliteHuey(TakesIn, Serves, Results):
    """A huey whose queue is its history.

    Takes `huey.SqliteHuey`'s arguments, plus `durability` ("default", "full" or "fast"). A file
    that plain huey has used is taken over when it is opened.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_on_ledger:
            take_over(self)

    def get_task_wrapper_class(self) -> type[JobWrapper]:
        """Return what `@huey.task()` wraps functions in."""
        return JobWrapper

    def cancel(self, id_: str) -> State:
        """Cancel a job at once, other than `revoke`: one that runs is interrupted.

        Returns its state: cancelled, or running for as long as it takes to end. A huey in immediate
        mode revokes instead.

        Raises `UnknownJob`, and `IllegalMove` if it has ended.
        """
        if not self.is_on_ledger:
            self.revoke_by_id(id_, revoke_once=True)
            return State.CANCELLED
        seq, moment = self.ledger.intake.find(id_), now()
        if seq is None:
            raise UnknownJob(f"there is no job {id_} in the queue {self.name}")
        task = self.ledger.queued.job(seq)
        state = self.ledger.decisions.cancel(seq, moment, CANCELLED_BY_APP)
        if telling.is_heard():
            jobs = [(seq, task.task if task else "")]
            telling.tell(moment, self.ledger.queue, Event.CANCEL, "app", jobs=jobs, to=state)
        return state

    def create_consumer(self, **options: Any) -> JobConsumer:
        """Return what `huey_consumer` runs: huey's consumer, on this queue."""
        return JobConsumer(self, **options)

    def lock_task(self, lock_name: str, ttl: float | None = None) -> JobLock:
        """Return a lock for `with`, or for decorating a task, that ends with whoever holds it."""
        return JobLock(self, lock_name, ttl)

    def is_locked(self, lock_name: str) -> bool:
        """Return whether somebody holds the lock of this name."""
        return JobLock(self, lock_name).is_locked()
