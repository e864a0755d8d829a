"""What every part of the report stands on: one read-only connection and the statements."""

import json
from typing import Any

from jobdash.database import Reader, statements
from jobdash.job import Job
from jobdash.report.records import job_of

SQL = statements("report")


class Reads:
    """Reads through one connection. One instance per thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._is_copy = reader.snapshot() is not None

    def _jobs(self, found: str, parameters: dict[str, Any]) -> list[Job]:
        """Return the jobs whose numbers the statement `found` selects, newest first."""
        rows = self._reader.rows(SQL["job_rows"].format(found=found), parameters)
        return [job_of(row) for row in rows]

    def _numbered(self, seqs: list[int]) -> list[Job]:
        """Return the jobs with these numbers, newest first."""
        return self._jobs(SQL["these_seqs"], {"seqs": json.dumps(seqs)}) if seqs else []

    def _tally(self) -> dict[tuple[str, str], int]:
        """Return the number of jobs by (queue, state)."""
        return {(queue, state): n for queue, state, n in self._reader.rows(SQL["tally"])}
