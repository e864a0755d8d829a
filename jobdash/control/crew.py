"""What is done about workers: add, remove, restart, drain, resume. Their pool sees to it."""

import os

from jobdash import liveness
from jobdash.database import open_database
from jobdash.database.connection import COMMAND_DEADLINE
from jobdash.job import Wish, Worker
from jobdash.ledger import Ledger


class CrewControl:
    """The operations on the pools of one file, which need not be pools of this process.

    Each raises `NotFound`, `UsageError`, or `Refused` if nobody is there who could follow. Workers
    and pools are told by what a report says of them.
    """

    def __init__(self, path: str | os.PathLike[str], *, deadline: float = COMMAND_DEADLINE) -> None:
        self._database = open_database(path, create=False, deadline=deadline)

    def add(self, pool: Worker, count: int = 1) -> int:
        """Let a pool have more workers; return how many it shall have then."""
        return self._ledger(pool).wishes.add(pool.id, count, self._is_alive)

    def remove_some(self, pool: Worker, count: int) -> tuple[int, list[str]]:
        """Let a pool have fewer workers, idle ones first; return how many stay, and who goes."""
        return self._ledger(pool).wishes.remove_some(pool.id, count, self._is_alive)

    def remove(self, worker: Worker) -> bool:
        """Let a worker finish its job and go for good. False if it is going."""
        return self._want(worker, Wish.REMOVE)

    def restart(self, worker: Worker) -> bool:
        """Let a worker finish its job and a fresh process take its place. False if it is so."""
        return self._want(worker, Wish.RESTART)

    def drain(self, worker: Worker) -> bool:
        """Let a worker finish its job and take no more until it is resumed. False if it is so."""
        return self._want(worker, Wish.DRAIN)

    def resume(self, worker: Worker) -> bool:
        """Let a drained worker take jobs again. False if it does."""
        return self._ledger(worker).wishes.resume(worker.id, self._is_alive)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _want(self, worker: Worker, wish: Wish) -> bool:
        return self._ledger(worker).wishes.want(worker.id, wish, self._is_alive)

    def _ledger(self, worker: Worker) -> Ledger:
        return Ledger(self._database, worker.queue)

    def _is_alive(self, worker: int) -> bool:
        return liveness.is_alive(self._database.path, worker)
