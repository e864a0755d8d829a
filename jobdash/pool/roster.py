"""The pool's side of the ledger's crew: who is there, and what happens to what the dead held."""

import os
from pathlib import Path

from jobdash import liveness, wake
from jobdash.broker import sweeping
from jobdash.broker.times import now
from jobdash.database import open_database
from jobdash.errors import DatabaseError
from jobdash.ledger import Death, Ledger, Present
from jobdash.ledger.attempts import Run
from jobdash.ledger.wishes import Wanted

# While it waits for the write lock, the supervisor does nothing else.
PATIENCE_SECONDS = 2.0


class Roster:
    """The pool's own entry, and its view of everyone else's.

    Its connection stays open while the pool lives: it is the one that no task can close, and so
    keeps the WAL from being deleted under the workers.
    """

    def __init__(self, ledger: Ledger, size: int, app: str, *, join: bool = False) -> None:
        self.ledger = ledger
        self.path: Path = ledger.database.path
        self._inode = _inode(self.path)
        self.id = ledger.crew.register(
            "pool",
            f"pool {os.getpid()}",
            None,
            liveness.Identity.own(),
            now(),
            hold=self._begin,
            only=None if join else self._is_living_pool,
            size=size,
            app=app,
        )

    def _begin(self, worker: int) -> None:
        liveness.hold(self.path, worker)
        # Only now that nobody can leave: the last pool takes the bell along.
        wake.create(self.path, self.ledger.queue)

    def own_worker(self, pid: int) -> Present | None:
        """Return our worker with this pid, if it got as far as registering."""
        return next((one for one in self.own_workers() if one.identity.pid == pid), None)

    def own_workers(self) -> list[Present]:
        """Return our workers that have registered and not been retired."""
        return [one for one in self.ledger.crew.present() if one.pool == self.id]

    def wanted(self) -> Wanted:
        """Return what people want of the pool."""
        return self.ledger.wishes.of_pool(self.id)

    def take_no_wishes(self) -> None:
        """Let nobody want anything of the pool any more."""
        self.ledger.wishes.end(self.id)

    def settle(
        self,
        lost: Present,
        how: str,
        death: Death = Death.CRASH,
        *,
        meant: Run | None = None,
    ) -> list[int]:
        """End what a dead worker has left running, free its jobs and return their numbers."""
        return sweeping.settle(self.ledger, lost, how, death, meant=meant)

    def sweep(self, watched: frozenset[int]) -> list[tuple[Present, list[int]]]:
        """Settle everyone whose lock is free, except our children, `watched` by pid."""
        return sweeping.sweep(self.ledger, self.path, self.id, watched)

    def check_file(self) -> None:
        """Raise `DatabaseError` if another file, or none, is where our database was."""
        found = _inode(self.path)
        if found != self._inode:
            what = "was removed" if found is None else "was replaced by another file"
            raise DatabaseError(f"{self.path} {what} while the pool served it: the pool stops")

    def leave(self, how: str) -> None:
        """Take the pool's own entry off and close the connection."""
        self.ledger.samples.take_last(now())
        self.ledger.crew.retire(self.id, how, now(), tidy=self._take_bell_along)
        liveness.let_go(self.path, self.id)
        self.ledger.database.close()

    def _take_bell_along(self, rest: list[Present]) -> None:
        if not any(map(self._is_living_pool, rest)):
            wake.remove(self.path, self.ledger.queue)

    def _is_living_pool(self, one: Present) -> bool:
        return one.kind == "pool" and liveness.is_alive(self.path, one.id)


def open_roster(database: str, queue: str, size: int, app: str, *, join: bool = False) -> Roster:
    """Open the file and enter as its pool, of `size` workers that import `app`.

    Raises `AlreadyRunning` if it has one, unless it is to `join` that.
    """
    opened = open_database(database, cache_mb=1, deadline=PATIENCE_SECONDS)
    ledger = Ledger(opened, queue, lambda: wake.ring(opened.path, queue))
    return Roster(ledger, size, app, join=join)


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
