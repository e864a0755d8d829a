"""What has been counted for graphs."""

from typing import NamedTuple

from jobdash.database import statements
from jobdash.report.reads import Reads

SQL = statements("measures")


class Measured(NamedTuple):
    """A sum that only rises; see `jobdash.measure`."""

    queue: str
    task: str
    name: str
    label: str
    amount: int


class MeasuredReads(Reads):
    """Reads of sums."""

    def measures(self) -> list[Measured]:
        """Return all sums, in order of queue, task, name and label."""
        return [Measured(*row) for row in self._reader.rows(SQL["measures"])]

    def measured_upto(self) -> dict[str, int]:
        """Return for each queue up to when its ends are in the sums."""
        return dict(self._reader.rows(SQL["all_measured"]))
