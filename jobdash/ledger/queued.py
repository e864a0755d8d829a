"""What waits, as huey's own calls see it: the next one first, messages included."""

from jobdash.database import Database
from jobdash.job import Claim
from jobdash.ledger.rows import CLAIMABLE, SQL

EVERYTHING = -1


class Queued:
    """Reads of the queue and the schedule that hand out messages. Dashboards use `report`."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue

    def size(self) -> int:
        """Count pending jobs and those with an eta that huey's consumer has not sorted yet."""
        return self._count("queue_size")

    def schedule_size(self) -> int:
        """Count jobs that are scheduled or wait for a retry."""
        return self._count("schedule_size")

    def pending(self, limit: int | None = None) -> list[Claim]:
        """Return what `size` counts, in the order in which it will run."""
        return self._peek("queued", limit)

    def scheduled(self, limit: int | None = None) -> list[Claim]:
        """Return what `schedule_size` counts, the soonest first."""
        return self._peek("scheduled", limit)

    def job(self, seq: int) -> Claim | None:
        """Return the job with this number as a claim would, None if this queue has none."""
        claim = self._claimable(seq)
        return claim if claim and self._is_ours(seq) else None

    def _is_ours(self, seq: int) -> bool:
        return bool(self._database.rows(SQL["is_of"], {"seq": seq, "queue": self._queue}))

    def _count(self, name: str) -> int:
        ((count,),) = self._database.rows(SQL[name], {"queue": self._queue})
        return int(count)

    def _peek(self, name: str, limit: int | None) -> list[Claim]:
        most = EVERYTHING if limit is None else limit
        found = self._database.rows(SQL[name], {"queue": self._queue, "most": most})
        peeked = (self._claimable(seq) for (seq,) in found)
        return [claim for claim in peeked if claim is not None]

    def _claimable(self, seq: int) -> Claim | None:
        row = self._database.rows(CLAIMABLE[":seq"], {"seq": seq, "queue": self._queue})
        return Claim(*row[0])._replace(chaos=None) if row else None
