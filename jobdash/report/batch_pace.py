"""How fast batches go on, and when they will have ended."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from jobdash.batch import Batch
from jobdash.counts import time_left
from jobdash.database import Reader
from jobdash.forecast import Range
from jobdash.job import MICROSECONDS
from jobdash.report.batches import SQL, BatchReads
from jobdash.report.filter import JobFilter
from jobdash.report.together import MOST_TOGETHER, TogetherReads

_LATELY = 200
# Too few ends tell no pace.
_ENOUGH = 3
# Of so many of a list's batches the jobs are looked at.
_MOST_LOOKED_INTO = 3
# To look ahead takes one part of so many of the time, however often one asks.
_SHARE = 20


class _Foreseen(NamedTuple):
    """What was foreseen at a moment, and until when that is good enough."""

    left: Range | None
    at: int
    until: int

    def now(self, moment: int) -> Range | None:
        """Return what is left of it."""
        gone = (moment - self.at) / MICROSECONDS
        return None if self.left is None else self.left.later(-gone)


class BatchPaceReads(BatchReads, TogetherReads):
    """One question, for one batch and for several."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self._foreseen: dict[int, _Foreseen] = {}

    def with_pace(self, batch: Batch, now: int) -> Batch:
        """Return the batch with how fast its jobs end of late and when the last one will have."""
        return next(self.with_paces([batch], now))

    def with_paces(self, batches: Iterable[Batch], now: int) -> Iterator[Batch]:
        """Yield batches with that; of many some are only reckoned by their pace."""
        looked_into = 0
        for batch in batches:
            if batch.finished_at is not None:
                self._foreseen.pop(batch.id, None)
                yield batch
                continue
            looked_into += 1
            lately = self._lately(batch, now)
            left = self._left(batch, now, lately, looks=looked_into <= _MOST_LOOKED_INTO)
            yield replace(batch, pace=lately, left=left)

    def _left(self, batch: Batch, now: int, lately: float | None, *, looks: bool) -> Range | None:
        """Return in how many seconds it will have ended, None if that cannot be told."""
        if batch.paused_at is not None or batch.cancelled_at is not None:
            return None
        # Of one that is being filled not all jobs are there yet.
        foreseen = self._foresee(batch, now) if looks and batch.closed_at is not None else None
        return foreseen or self._left_by_pace(batch, now, lately)

    def _foresee(self, batch: Batch, now: int) -> Range | None:
        """Return what its jobs, those before them and what such jobs took of late come to."""
        known = self._foreseen.get(batch.id)
        if known is None or not known.at <= now < known.until:
            begun = time.perf_counter()
            is_large = batch.counts.total - batch.counts.ended > MOST_TOGETHER
            its = JobFilter(batch=batch.name)
            left = self._summed_up(batch, now) if is_large else self.ends(its, now)
            took = round((time.perf_counter() - begun) * MICROSECONDS)
            known = self._foreseen[batch.id] = _Foreseen(left, now, now + _SHARE * took)
        return known.now(now)

    def _summed_up(self, batch: Batch, now: int) -> Range | None:
        """Return when so many jobs of each task will have been run, if nothing limits them."""
        left: dict[str, float] = dict(self._reader.rows(SQL["tasks_left"], {"name": batch.name}))
        past = self._past(batch.queue)
        if batch.concurrency or batch.rate or self._is_paused(batch.queue) or not past.knows(left):
            return None
        line = self._line(batch.queue, past, now, 0)
        return None if line is None else line.after(left)

    def _left_by_pace(self, batch: Batch, now: int, lately: float | None) -> Range | None:
        """Return the same, as if those to come were like those that have ended."""
        paces = [pace for pace in (lately, self._on_the_whole(batch, now)) if pace]
        ended = batch.counts.ended
        return time_left(batch.counts.total - ended, ended, paces) if ended >= _ENOUGH else None

    def _lately(self, batch: Batch, now: int) -> float | None:
        if batch.counts.ended < _ENOUGH:
            return None
        rows = self._reader.rows(SQL["recent_ends"], {"name": batch.name, "most": _LATELY})
        ends = [at for (at,) in rows if at is not None]
        if len(ends) < _ENOUGH or now <= min(ends):
            return None
        return (len(ends) - 1) * MICROSECONDS / (now - int(min(ends)))

    def _on_the_whole(self, batch: Batch, now: int) -> float | None:
        rows = self._reader.rows(SQL["first_start"], {"name": batch.name})
        if not rows or rows[0][0] is None or now <= rows[0][0]:
            return None
        return batch.counts.ended * MICROSECONDS / (now - int(rows[0][0]))
