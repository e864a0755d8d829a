"""The list of workers: the living in columns, those that have ended in a line of words."""

from collections.abc import Hashable

from jobdash.tui.asking.crew import Member
from jobdash.tui.looks.present import Present
from jobdash.tui.looks.spans import Spans
from jobdash.tui.rows.workers import ended_line, worker_columns
from jobdash.tui.widgets.row_list import RowList


class CrewList(RowList[Member, Present]):
    """The cursor stays with a worker, and goes on to the one that is started in its place."""

    def __init__(self) -> None:
        super().__init__(worker_columns, _key_of, Present(), id="worker-list")

    def row_spans(self, index: int, width: int) -> Spans:
        """Return the row, over all columns if there is only its end to tell of."""
        member = self.rows[index]
        if member.worker.alive:
            return super().row_spans(index, width)
        return ended_line(member, self._moment, width)


def _key_of(member: Member) -> Hashable:
    worker = member.worker
    return (worker.queue, worker.pool, worker.name) if worker.alive else worker.id
