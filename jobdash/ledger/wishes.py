"""What people want of a pool: more or fewer workers, one to go, to rest, or to be new.

A wish is no message that could be lost or stay behind: it is a column of the pool's or the worker's
own row, which ends with it. The pool compares what is wanted with what is, and sees to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jobdash.database import Database, Transaction, statements
from jobdash.errors import NotFound, Refused, UsageError
from jobdash.job import MOST_WORKERS, PARTING, Wish

SQL = statements("wishes")

_BEING = {Wish.REMOVE: "is leaving", Wish.RESTART: "is being restarted"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a pool now: its size, None if it takes no wishes; wishes by pid."""

    size: int | None
    wishes: dict[int, Wish] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """A pool or worker as a wish finds it."""

    id: int
    kind: str
    name: str
    pid: int
    pool: int | None
    size: int | None
    wish: Wish | None
    ended_at: int | None
    ended_how: str | None

    @property
    def who(self) -> str:
        """The worker in words."""
        return f"worker {self.name} (pid {self.pid})"


class Wishes:
    """Writes down what is wanted. `is_alive` tells by a worker's id whether its process exists.

    Every method raises `NotFound`, or `Refused` if nobody is there who could follow.
    """

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue

    def add(self, pool: int, count: int, is_alive: Callable[[int], bool]) -> int:
        """Want so many workers more; return how many the pool shall have then."""
        with self._database.transaction() as tx:
            size = _size(tx, pool, is_alive)
            if not 0 < count <= MOST_WORKERS - size:
                raise UsageError(
                    f"a pool has from 0 to {MOST_WORKERS} workers, and this one {size}: not"
                    f" {count} more"
                )
            tx.run(SQL["set_size"], {"pool": pool, "size": size + count})
        return size + count

    def remove_some(
        self, pool: int, count: int, is_alive: Callable[[int], bool]
    ) -> tuple[int, list[str]]:
        """Want so many workers fewer, idle ones first; return how many stay, and who goes."""
        with self._database.transaction() as tx:
            size = _size(tx, pool, is_alive)
            if not 0 < count <= size:
                raise UsageError(f"the pool has {size} workers: {count} fewer is not possible")
            tx.run(SQL["set_size"], {"pool": pool, "size": size - count})
            # A place may be empty for a moment: then fewer are named, and the pool keeps count.
            going = tx.run(SQL["living"], {"queue": self._queue, "pool": pool})[:count]
            for worker, _ in going:
                tx.run(SQL["set_wish"], {"worker": worker, "wish": Wish.REMOVE})
        return size - count, [name for _, name in going]

    def want(self, worker: int, wish: Wish, is_alive: Callable[[int], bool]) -> bool:
        """Want this of one worker. False if it was wanted before."""
        with self._database.transaction() as tx:
            standing, size = _worker(tx, worker, is_alive)
            if standing.wish == wish:
                return False
            if standing.wish in PARTING and wish is not Wish.REMOVE:
                raise Refused(f"{standing.who} {_BEING[standing.wish]}: it cannot {wish}")
            if wish is Wish.REMOVE:
                tx.run(SQL["set_size"], {"pool": standing.pool, "size": max(0, size - 1)})
            tx.run(SQL["set_wish"], {"worker": worker, "wish": wish})
        return True

    def resume(self, worker: int, is_alive: Callable[[int], bool]) -> bool:
        """Let a drained worker take jobs again. False if it does."""
        with self._database.transaction() as tx:
            standing, _ = _worker(tx, worker, is_alive)
            if standing.wish in PARTING:
                raise Refused(f"{standing.who} {_BEING[standing.wish]}: it cannot resume")
            tx.run(SQL["set_wish"], {"worker": worker, "wish": None})
        return standing.wish is not None

    def end(self, pool: int) -> None:
        """Take no more wishes for a pool: it stops."""
        with self._database.transaction() as tx:
            tx.run(SQL["set_size"], {"pool": pool, "size": None})

    def of_pool(self, pool: int) -> Wanted:
        """Return what is wanted of a pool."""
        (_, size, _), *rest = self._database.rows(SQL["of_pool"], {"pool": pool})
        return Wanted(size, {pid: Wish(wish) for pid, _, wish in rest})


def _size(tx: Transaction, pool: int, is_alive: Callable[[int], bool]) -> int:
    """Return how many workers a living pool shall have. Raises `Refused`."""
    standing = _standing(tx, pool)
    if standing.kind != "pool":
        raise Refused(f"{standing.who} is no pool")
    if standing.ended_at is not None or not is_alive(pool):
        how = standing.ended_how or "it died"
        raise Refused(f"pool pid {standing.pid} is gone ({how}): start one with `jobdash worker`")
    if standing.size is None:
        raise Refused(f"pool pid {standing.pid} is stopping: it takes no wishes any more")
    return standing.size


def _worker(tx: Transaction, worker: int, is_alive: Callable[[int], bool]) -> tuple[Standing, int]:
    """Return a living worker of a pool as it stands, and the size of its pool."""
    standing = _standing(tx, worker)
    if standing.kind == "guest":
        raise Refused(
            f"{standing.who} belongs to huey_consumer, which keeps the workers it was started"
            " with: stop it and start it with another -w"
        )
    if standing.kind != "worker" or standing.pool is None:
        raise Refused(
            f"{standing.name} is no worker: a pool is ended by a signal to pid {standing.pid}"
        )
    size = _size(tx, standing.pool, is_alive)
    if standing.ended_at is not None or not is_alive(worker):
        raise Refused(f"{standing.who} is gone ({standing.ended_how or 'it died'})")
    return standing, size


def _standing(tx: Transaction, id: int) -> Standing:
    row: tuple[Any, ...] | None = tx.one(SQL["standing"], {"id": id})
    if row is None:
        raise NotFound(f"there is no worker {id}")
    columns = list(row)
    columns[6] = None if row[6] is None else Wish(row[6])
    return Standing(*columns)
