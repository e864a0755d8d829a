"""Going on with a batch that is not what it was to be: what is missing, what did not succeed."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from jobdash.database import Database, statements
from jobdash.errors import IllegalMove
from jobdash.ledger import rows
from jobdash.ledger.batches import Made
from jobdash.ledger.decisions import Decisions

SQL = statements("batches")

HASHES_AT_ONCE = 1_000
RETRIED_AT_ONCE = 100


class Resumable(NamedTuple):
    """A batch as it is in the file."""

    id: int
    name: str
    queue: str
    task: str
    total: int | None
    priority: float | None
    is_whole: bool
    is_cancelled: bool

    @property
    def made(self) -> Made:
        """It, as who fills it knows it."""
        return Made(self.id, self.name)


class Resuming:
    """What it takes to go on with a batch of one queue."""

    def __init__(self, database: Database, queue: str, ring: Callable[[], None]) -> None:
        self._database = database
        self._decisions = Decisions(database, queue, ring)

    def find(self, name: str) -> Resumable | None:
        """Return the batch of this name, None if there is none."""
        found = self._database.rows(SQL["resumable"], {"name": name})
        return Resumable(*found[0]) if found else None

    def hashes(self, batch: Made) -> Iterator[tuple[int, int | None]]:
        """Yield number and hash of each input that has been entered, in order."""
        last = 0
        while found := self._some("entered", batch, last, HASHES_AT_ONCE):
            yield from found
            last = found[-1][0]

    def reopen(self, batch: Made, now: int, *, is_complete: bool) -> None:
        """Let it go on, if it was cancelled; let what is missing be entered."""
        with self._database.transaction(durable=True) as tx:
            tx.run(SQL["reopen"], {"id": batch.id, "is_complete": is_complete})
            rows.log(tx, now, None, "batch resumed", batch.name)

    def retry(self, batch: Made, now: int) -> int:
        """Let each job run again that failed, was cancelled or has expired; return how many.

        One that cannot, or that somebody else has retried meanwhile, is left as it is.
        """
        retried = last = 0
        while found := self._some("unsuccessful", batch, last, RETRIED_AT_ONCE):
            last = found[-1][0]
            with self._decisions.transaction(now) as tx:
                for _, seq in found:
                    try:
                        self._decisions.retry(seq, now, tx)
                        retried += 1
                    except IllegalMove:
                        continue
        return retried

    def _some(self, which: str, batch: Made, last: int, most: int) -> list[tuple[int, int]]:
        where = {"id": batch.id, "after": last, "most": most}
        return [(number, found) for number, found in self._database.rows(SQL[which], where)]
