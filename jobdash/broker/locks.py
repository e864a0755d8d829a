"""huey's task locks, which end with whoever holds them."""

import os
from types import TracebackType
from typing import Any, Self

from huey.api import TaskLock
from huey.exceptions import TaskLockedException

from jobdash import liveness
from jobdash.broker.current import current_run
from jobdash.broker.times import now
from jobdash.ledger import Holder


class JobLock(TaskLock):
    """huey's lock: a context manager and a decorator that raises `TaskLockedException` if taken.

    It knows who holds it. A lock that a task has taken is free again when that run of the task has
    ended, however it has: also when its worker was killed, with the rescue of the job. Plain code
    outside of tasks holds a lock as long as its process lives. What lives is never robbed.

    `acquire()` without `with` takes a lock that outlasts the run or the process, as in huey, until
    somebody releases it; only if the worker dies in that very run is it released with the job. What
    a plain huey has locked in the same file is freed by hand only (`huey.flush_locks`).
    """

    _process = 0

    def __enter__(self) -> Self:
        """Take the lock until the end of the block."""
        self._acquire(is_kept=False)
        self._process = os.getpid()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._huey.is_on_ledger:
            super().__exit__(kind, error, traceback)
        elif self._process == os.getpid():
            # A child that the block has forked leaves the block too, but not with the lock.
            self._huey.ledger.locks.release(self._key, self._own())

    def acquire(self) -> bool:
        """Take the lock until it is released."""
        return self._acquire(is_kept=True)

    def is_locked(self) -> bool:
        """Return whether somebody holds the lock."""
        if not self._huey.is_on_ledger:
            return bool(super().is_locked())
        holder = self._huey.ledger.locks.holder(self._key)
        return holder is not None and not self._is_dead(holder)

    locked = is_locked

    def _acquire(self, *, is_kept: bool) -> bool:
        if not self._huey.is_on_ledger or self._ttl is not None:
            return bool(super().acquire())
        locks, own = self._huey.ledger.locks, self._own()._replace(is_kept=is_kept, at=now())
        while (other := locks.take(self._key, own)) is not None:
            if not self._is_dead(other):
                raise TaskLockedException(f"unable to acquire lock {self._name}{_told(other)}")
            locks.release(self._key, other)
        return True

    def _own(self) -> Holder:
        worker, run = self._huey.storage.guest.worker, current_run()
        if run is None:
            return Holder(worker, os.getpid())
        return Holder(worker, os.getpid(), run.claim.seq, run.claim.number)

    def _is_dead(self, holder: Holder) -> bool:
        """Whether a process that held the lock outside of tasks is gone. Jobs are rescued."""
        if holder.worker is None or holder.seq is not None or holder.is_kept:
            return False
        path: Any = self._huey.storage.database.path
        return not liveness.is_alive(path, holder.worker)


def _told(holder: Holder) -> str:
    if holder.seq is not None:
        return f": job #{holder.seq} holds it"
    return "" if holder.pid is None else f": process {holder.pid} holds it"
