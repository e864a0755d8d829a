"""Which chunks of jobs may hold ends that have not been counted yet.

A chunk's mark is different as soon as one more of its jobs has ended. The marks of those that are
counted to the last are in the file: who begins to count looks through no others.
"""

from jobdash.database import Database, statements

SQL = statements("measures")


class EndedChunks:
    """The chunks of one queue. Times are in microseconds."""

    def __init__(self, database: Database, queue: str) -> None:
        self._database = database
        self._queue = queue
        self._marks: dict[int, str] = {}
        self._changed_at: dict[int, int] = {}
        self._kept: dict[int, str] | None = None

    def skip(self) -> None:
        """Take all that has ended by now for counted: counting has only just begun."""
        self._kept = {}
        self._marks = self._read("ended_chunks")
        self.keep(upto=0)

    def uncounted(self, now: int, upto: int) -> list[int]:
        """Return those that may hold ends after `upto`, up to which all are counted.

        One that has changed is among them until what had changed by then is old enough.
        """
        if self._kept is None:
            self._kept = self._read("counted_chunks")
            self._marks = dict(self._kept)
        marks = self._read("ended_chunks")
        for chunk, mark in marks.items():
            if self._marks.get(chunk) != mark:
                self._changed_at[chunk] = now
        self._marks = marks
        return sorted(chunk for chunk in marks if self._changed(chunk) > upto)

    def keep(self, upto: int) -> None:
        """Note in the file which ones are counted to the last, as all ends up to `upto` are."""
        wanted = {
            chunk: mark for chunk, mark in self._marks.items() if self._changed(chunk) <= upto
        }
        kept = self._kept or {}
        if wanted == kept:
            return
        with self._database.transaction() as tx:
            for chunk in kept.keys() - wanted.keys():
                tx.run(SQL["uncount_chunk"], {"queue": self._queue, "chunk": chunk})
            for chunk, mark in wanted.items() - kept.items():
                row = {"queue": self._queue, "chunk": chunk, "mark": mark}
                tx.run(SQL["count_chunk"], row)
        self._kept = wanted

    def _changed(self, chunk: int) -> int:
        return self._changed_at.get(chunk, 0)

    def _read(self, name: str) -> dict[int, str]:
        return dict(self._database.rows(SQL[name], {"queue": self._queue}))
