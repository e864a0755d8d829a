"""What a queue had behind it, noted now and then: rates and charts are differences of samples."""

from jobdash.database import Database
from jobdash.job import MICROSECONDS
from jobdash.ledger.rows import SQL

SAMPLE_EVERY = 10 * MICROSECONDS
KEPT = 25 * 3600 * MICROSECONDS


class Samples:
    """Takes samples of one queue."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue
        self._last = 0

    def take(self, now: int) -> None:
        """Note the counts, once in ten seconds whoever asks, if they have changed at all."""
        at = now - now % SAMPLE_EVERY
        if at != self._last:
            self._note(at)
            self._last = at

    def take_last(self, now: int) -> None:
        """Note the counts once more as a pool ends: nobody tells what came since its last note."""
        self._note(now)

    def _note(self, at: int) -> None:
        with self._database.transaction() as tx:
            if tx.change(SQL["take_sample"], {"queue": self._queue, "at": at}):
                tx.run(SQL["drop_samples"], {"queue": self._queue, "before": at - KEPT})
