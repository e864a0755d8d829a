"""Numbers about the whole file or one queue."""

from collections import Counter

from jobdash.job import State
from jobdash.report.reads import SQL, Reads


class FigureReads(Reads):
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
        owners = {owner for (owner, state), n in self._tally().items() if n and state == "pending"}
        if not owners or (queue is not None and queue not in owners):
            return None
        # To look at each row's queue is only needed where several queues have pending jobs.
        sought = queue if len(owners) > 1 else None
        found: int | None
        ((found,),) = self._reader.rows(SQL["oldest_pending"], {"queue": sought})
        return found

    def finished_since(self, us: int) -> dict[State, int]:
        """Return how many jobs have ended since then, by the final state they have now."""
        rows = self._reader.rows(SQL["finished_since"], {"since": us})
        return {State(state): count for state, count in rows}

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
