"""What every part of the report stands on: one read-only connection and the statements."""

from dataclasses import dataclass
from typing import Any

from jobdash.database import Reader, statements
from jobdash.job import Job
from jobdash.report.records import job_of

SQL = statements("report")


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers in use: from `oldest` to `newest`, by `total` jobs."""

    newest: int
    oldest: int
    total: int

    @property
    def is_dense(self) -> bool:
        """True if no number is missing, so that a job's position follows from its number."""
        return self.total == self.newest - self.oldest + 1


class Reads:
    """Reads through one connection. One instance per thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def _jobs(self, found: str, parameters: dict[str, Any]) -> list[Job]:
        """Return the jobs whose numbers the statement `found` selects, newest first."""
        rows = self._reader.rows(SQL["job_rows"].format(found=found), parameters)
        return [job_of(row) for row in rows]

    def _tally(self) -> dict[tuple[str, str], int]:
        """Return the number of jobs by (queue, state)."""
        return {(queue, state): n for queue, state, n in self._reader.rows(SQL["tally"])}

    def _span(self) -> Span:
        ((newest, oldest, total),) = self._reader.rows(SQL["span"])
        return Span(newest or 0, oldest or 1, total)
