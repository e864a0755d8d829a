"""Lists of jobs, newest first unless another order is asked for."""

import json
from collections.abc import Iterable, Sequence

from jobdash.job import Job, State
from jobdash.report.directory import Numbers, rest_of_chunk
from jobdash.report.filter import JobFilter
from jobdash.report.reads import SQL
from jobdash.report.searching import NO_LIMIT, Search, SearchReads
from jobdash.report.sorting import Order

ANY_JOB = JobFilter()


class ListReads(SearchReads):
    """Reads that find jobs by a filter."""

    def jobs(
        self,
        wanted: JobFilter = ANY_JOB,
        limit: int = 50,
        offset: int = 0,
        order: Order = Order.NEWEST,
    ) -> list[Job]:
        """Return the matching jobs in an order.

        Newest and oldest first cost the same at any depth of what the tally counts; any other
        order looks at every matching job.
        """
        if not order.is_by_number:
            return self.in_order(self.sorted_seqs(wanted, order, offset + limit)[offset:])
        search = self._search(wanted, exactly=offset > 0)
        places: Iterable[Numbers] = search.places
        is_down = order is Order.NEWEST
        if offset and search.directory is not None:
            rest, offset = search.directory.skip(offset, from_oldest=not is_down)
            places = rest.stretches()
        if is_down:
            return self._numbered(self._seqs(search.plan, places, limit, offset))
        seqs = self._seqs(search.plan, reversed([*places]), limit, offset, order="ASC")
        return self._numbered(seqs)[::-1]

    def sorted_seqs(self, wanted: JobFilter, order: Order, limit: int) -> list[int]:
        """Return the numbers of the first `limit` matching jobs in any order."""
        search = self._search(wanted)
        if order.is_by_number:
            is_down = order is Order.NEWEST
            places = search.places if is_down else search.places[::-1]
            return self._seqs(search.plan, places, limit, order="DESC" if is_down else "ASC")
        if not search.places:
            return []
        borders = {"low": search.places[-1].low, "high": search.places[0].high, "most": limit}
        rows = self._reader.rows(search.plan.sorted(order), {**search.plan.parameters, **borders})
        return [seq for (seq,) in rows]

    def in_order(self, seqs: Sequence[int]) -> list[Job]:
        """Return the jobs with these numbers, as far as they are there, in this order."""
        found = {job.seq: job for job in self._numbered([*seqs])}
        return [found[seq] for seq in seqs if seq in found]

    def older(self, wanted: JobFilter, seq: int, limit: int = 50) -> list[Job]:
        """Return the matching jobs next below `seq` in the list: as quick at any depth."""
        search = self._search(wanted)
        places = (place.below(seq) for place in search.places)
        return self._numbered(self._seqs(search.plan, places, limit))

    def newer(self, wanted: JobFilter, seq: int, limit: int = 50) -> list[Job]:
        """Return the matching jobs next above `seq` in the list, newest first all the same."""
        search = self._search(wanted)
        places = (place.above(seq) for place in reversed(search.places))
        return self._numbered(self._seqs(search.plan, places, limit, order="ASC"))

    def seqs(self, wanted: JobFilter = ANY_JOB) -> list[int]:
        """Return the numbers of all matching jobs, newest first."""
        search = self._search(wanted)
        return self._seqs(search.plan, search.places, NO_LIMIT)

    def seqs_between(self, wanted: JobFilter, low: int, high: int, limit: int) -> list[int]:
        """Return the numbers of the oldest matching jobs from `low` to `high`."""
        search = self._search(wanted)
        places = (place.above(low - 1).below(high + 1) for place in reversed(search.places))
        return self._seqs(search.plan, places, limit, order="ASC")

    def standings(self, seqs: Iterable[int]) -> dict[int, State]:
        """Return the state of each of these jobs that is there."""
        found = self._reader.rows(SQL["standings"], {"seqs": json.dumps(list(seqs))})
        return {seq: State(state) for seq, state in found}

    def tasks_of(self, seqs: Iterable[int]) -> list[str]:
        """Return the names of the tasks of these jobs, each once."""
        found = self._reader.rows(SQL["tasks_of"], {"seqs": json.dumps(list(seqs))})
        return [task for (task,) in found]

    def count(self, wanted: JobFilter = ANY_JOB, at_most: int | None = None) -> int:
        """Return how many jobs match; `at_most` stops the count there."""
        if wanted.is_tallied:
            total = self._directory(wanted).jobs
            return total if at_most is None else min(total, at_most)
        search = self._search(wanted)
        return self._count(search.plan, search.places, at_most)

    def position(self, wanted: JobFilter, seq: int, order: Order = Order.NEWEST) -> int | None:
        """Return how many matching jobs come before this one, newest or oldest first.

        None if the job does not match itself.
        """
        search = self._search(wanted, exactly=True)
        if not self._seqs(search.plan, [Numbers(seq, seq)], 1):
            return None
        if order is Order.NEWEST:
            return self._newer_count(search, seq)
        if search.directory is None:
            return self._count(search.plan, [place.below(seq) for place in search.places])
        return search.directory.jobs - self._newer_count(search, seq) - 1

    def _newer_count(self, search: Search, seq: int) -> int:
        if search.directory is None:
            return self._count(search.plan, [place.above(seq) for place in search.places])
        nearby = self._count(search.plan, [rest_of_chunk(seq)])
        return search.directory.newer_than_chunk_of(seq) + nearby

    def _oldest(self, wanted: JobFilter, limit: int) -> list[int]:
        """Return the numbers of the oldest matching jobs."""
        return self.sorted_seqs(wanted, Order.OLDEST, limit)
