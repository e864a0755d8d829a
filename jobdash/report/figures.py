"""Numbers about the whole file or one queue."""

import json
from collections import Counter

from jobdash.job import State
from jobdash.report.filter import JobFilter
from jobdash.report.lists import ListReads
from jobdash.report.reads import SQL


class FigureReads(ListReads):
    """How many, and since when."""

    def counts(self, queue: str | None = None) -> dict[State, int]:
        """Return how many jobs are in each of the ten states, of one queue or of all."""
        found = Counter[str]()
        for (owner, state), value in self._tally().items():
            if queue in (None, owner):
                found[state] += value
        return {state: found[state] for state in State}

    def queues(self) -> list[str]:
        """Return the names of all queues that the file knows, in order."""
        return sorted(name for (name,) in self._reader.rows(SQL["queues"]))

    def oldest_pending_at(self, queue: str | None = None) -> int | None:
        """Return since when the longest waiting pending job has been ready, or None.

        It is never too early, and may be late for a queue with over a hundred retried jobs.
        """
        # One retried by hand may be old and have waited little: so the first hundred are looked at.
        oldest = self._oldest(JobFilter((State.PENDING,), queue=queue or ""), 100)
        if not oldest:
            return None
        found: int | None
        ((found,),) = self._reader.rows(SQL["ready_since"], {"seqs": json.dumps(oldest)})
        return found

    def finished_since(self, us: int) -> int:
        """Return how many jobs have ended since then, give or take ten seconds' worth of them.

        Since the first sample was taken, if that was later; retried ones are taken off again.
        """
        ((by_now, by_then),) = self._reader.rows(SQL["ended"], {"since": us})
        return max(0, int(by_now) - int(by_then))

    def created_since(self, us: int) -> int:
        """Return how many jobs have been enqueued since then."""
        ((found,),) = self._reader.rows(SQL["created_since"], {"since": us})
        return int(found)

    def plain_messages(self) -> int:
        """Return how many messages a plain huey producer has left in huey's own tables.

        They become jobs when jobdash next opens the file for writing.
        """
        names = [name for (name,) in self._reader.rows(SQL["plain_tables"])]
        return sum(self._size(name) for name in names)

    def _size(self, table: str) -> int:
        ((found,),) = self._reader.rows(f'SELECT count(*) FROM "{table}"')
        return int(found)
