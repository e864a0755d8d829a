"""Counting what has ended, for graphs: sums that only rise, kept apart from the work.

No end of a job writes here. Somebody who lives beside the work looks every ten seconds at the
chunks of jobs in which more have ended, and adds up those of the time since the last look.
"""

from collections.abc import Iterator

from jobdash.database import Database, statements
from jobdash.job import CHUNK, MICROSECONDS
from jobdash.ledger.ended_chunks import EndedChunks
from jobdash.measure import MOST_TASKS, OTHERS, End, Sums, Try

SQL = statements("measures")

# Whoever ends a job names a time before it commits: that late may one come.
LAG = 5 * MICROSECONDS
# So many numbers are looked through by one statement.
_AT_ONCE = CHUNK // 4


class Measures:
    """Counts the ends of one queue, each once, whoever else counts them too."""

    def __init__(self, database: Database, queue: str, lag: int = LAG) -> None:
        self._database = database
        self._queue = queue
        self._lag = lag
        self._chunks = EndedChunks(database, queue)
        self._upto = 0

    def take(self, now: int) -> bool:
        """Count what had ended `lag` microseconds ago. Return whether there was anything."""
        since = self._since(now)
        upto = now - self._lag
        if upto <= since:
            return False
        chunks = self._chunks.uncounted(now, self._upto)
        sums = self._sums(chunks, since, upto)
        if sums.amounts and not self._write(sums, since, upto):
            return False
        self._upto = upto
        self._chunks.keep(upto)
        return bool(sums.amounts)

    def _since(self, now: int) -> int:
        where = {"queue": self._queue, "now": now}
        rows = self._database.rows(SQL["measured_upto"], where)
        if not rows:
            with self._database.transaction() as tx:
                tx.run(SQL["begin_measuring"], where)
            self._chunks.skip()
            rows = self._database.rows(SQL["measured_upto"], where)
        return int(rows[0][0])

    def _sums(self, chunks: list[int], since: int, upto: int) -> Sums:
        found = Sums()
        span: dict[str, str | int] = {"queue": self._queue, "since": since, "upto": upto}
        for end in self._ends(chunks, span):
            found.add_end(end)
        for row in self._database.rows(SQL["attempts_between"], span):
            found.add_try(Try(*row))
        return found

    def _ends(self, chunks: list[int], span: dict[str, str | int]) -> Iterator[End]:
        for chunk in chunks:
            for low in range(chunk * CHUNK, (chunk + 1) * CHUNK, _AT_ONCE):
                where = {**span, "low": low, "high": low + _AT_ONCE - 1}
                for row in self._database.rows(SQL["ends_between"], where):
                    yield End(*row)

    def _write(self, sums: Sums, since: int, upto: int) -> bool:
        here = {"queue": self._queue}
        with self._database.transaction() as tx:
            if not tx.change(SQL["advance"], {**here, "since": since, "upto": upto}):
                return False
            known = {task for (task,) in tx.run(SQL["measured_tasks"], here)}
            for measure, amount in sums.amounts.items():
                if measure.task not in known and len(known) < MOST_TASKS:
                    known.add(measure.task)
                task = measure.task if measure.task in known else OTHERS
                row = {"task": task, "name": measure.name, "label": measure.label}
                tx.run(SQL["add"], {**here, **row, "amount": amount})
        return True
